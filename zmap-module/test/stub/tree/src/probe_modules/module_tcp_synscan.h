#include "probe_modules.h"
#include "packet.h"

void synscan_print_packet(FILE *fp, void *packet);

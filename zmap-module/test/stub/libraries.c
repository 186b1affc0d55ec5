/* What the plug-in looks for in libpcap and json-c when zmap writes nothing but its metadata. Built as a shared object: the plug-in
 * asks for the next definition behind its own, which never is the program's. */
#include <stdint.h>
#include <stdio.h>

void *pcap_open_live(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	static int capture;
	(void)device, (void)snaplen, (void)promiscuous, (void)timeout_ms, (void)error;
	return &capture;
}

void *json_object_new_int64(int64_t number)
{
	static int64_t last;
	last = number;
	return &last;
}

int json_object_object_add(void *object, const char *name, void *value)
{
	(void)object;
	printf("%s=%ld\n", name, value == NULL ? -1L : *(long *)value);
	return 0;
}

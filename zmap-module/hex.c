#include "hex.h"

#include <string.h>

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	if (digit >= 'a' && digit <= 'f') {
		return digit - 'a' + 10;
	}
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool hex_parse(const char *hex, uint8_t *out, size_t bytes)
{
	if (strlen(hex) != bytes * 2) {
		return false;
	}
	for (size_t i = 0; i < bytes; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

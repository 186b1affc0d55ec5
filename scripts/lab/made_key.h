/* Keys that no server draws: made of what stands in the SYN, or in the SYN/ACK around them. */
#ifndef LAB_MADE_KEY_H
#define LAB_MADE_KEY_H

#include "personality.h"

enum { KEY_LENGTH = 8 };

/* Our key with bytes, words of two bytes or halves exchanged, in each of the seven ways in turn, by the server's address. */
void key_turned(const struct syn *syn, const uint8_t sent[KEY_LENGTH], uint8_t key[KEY_LENGTH]);

/* Our key as a machine of the other byte order reads it, xor a constant or plus one, before or after it is turned round; by the address. */
void key_reversed(const struct syn *syn, const uint8_t sent[KEY_LENGTH], uint8_t key[KEY_LENGTH]);

/* The number, acknowledgement or clock of the SYN/ACK, by the address, between random bytes. False where there are none. */
bool key_of_packet(const struct syn *syn, uint8_t key[KEY_LENGTH]);

#endif

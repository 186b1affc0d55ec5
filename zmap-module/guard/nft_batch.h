/* A batch of nf_tables commands for tables of the family inet, as netlink messages in memory of a fixed size. One at a time. */
#ifndef NFT_BATCH_H
#define NFT_BATCH_H

#include <stddef.h>
#include <stdint.h>

void nft_begin(void);
/* NFT_MSG_*, with NLM_F_*: what is put next belongs to it. */
void nft_command(uint16_t command, uint16_t flags);

void nft_put(uint16_t type, const void *value, size_t length);
/* In network byte order, as all numbers of nf_tables are. */
void nft_put_number(uint16_t type, uint32_t value);
void nft_put_text(uint16_t type, const char *text);
/* Attributes within one, until it ends. */
size_t nft_nest(uint16_t type);
void nft_end_nest(size_t at);

/* All or nothing: 0, or why not. Waits for two seconds at most. */
int nft_ask(int s);
/* The same with a socket of its own, which stays open in `owner` as long as what it owns is to last. */
int nft_own(int *owner);

#endif

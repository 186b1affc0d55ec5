/* Expressions of nf_tables rules, as the guard's own rules need them; each goes into the batch of nft_batch.h. */
#ifndef NFT_WORDS_H
#define NFT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* A rule, between its beginning and its end. */
size_t nft_begin_rule(const char *table, const char *chain);
void nft_end_rule(size_t at);

/* An expression, for those that have no word of their own. */
struct nft_nested {
	size_t element, data;
};
struct nft_nested nft_begin_expression(const char *name);
void nft_end_expression(struct nft_nested at);

void nft_put_table(const char *table);
/* A chain that all packets of this machine's pass on their way out. */
void nft_put_chain(const char *table, const char *chain);

/* What follows holds for SYNs from these local ports alone. */
void nft_match_syns(int first, int last);
void nft_load_tcp(uint32_t offset, uint32_t length);
void nft_mask_byte(uint8_t mask);
void nft_compare(uint32_t how, const void *value, size_t length);

/* The register that all of them load into and look at. */
uint32_t nft_register(void);

#endif

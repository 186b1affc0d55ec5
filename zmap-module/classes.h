/* The closed lists of words that a reply is judged by (README.md). */
#ifndef MPTCP_CLASSES_H
#define MPTCP_CLASSES_H

enum classification {
	CLASS_SYNACK_NO_OPTION,
	CLASS_MP_CAPABLE,
	CLASS_ECHOED,
	CLASS_VERSION_MISMATCH,
	CLASS_MALFORMED,
	CLASS_OTHER_SUBTYPE,
	CLASS_MP_TCPRST,
	CLASS_RST,
	CLASS_ICMP_UNREACHABLE,
	CLASS_ICMP_TTL_EXCEEDED,
	CLASS_COUNT,
};

enum fault {
	FAULT_LENGTH_BELOW_TWO,	  /* an option states length 0 or 1 */
	FAULT_PAST_END,		  /* an option reaches past the end of the option area */
	FAULT_TRUNCATED,	  /* the TCP header states more bytes than the packet has */
	FAULT_DUPLICATE_OPTION,	  /* two options of kind 30 with one subtype */
	FAULT_UNEXPECTED_LENGTH,  /* kind 30 of a length that no such packet has */
	FAULT_FLAG_B,		  /* MP_CAPABLE with B set: RFC 8684, section 3.1 */
	FAULT_NO_CRYPTO_FLAG,	  /* MP_CAPABLE without H */
	FAULT_UNEXPECTED_VERSION, /* a version other than the one asked for, or the grease version agreed to */
	FAULT_UNSOLICITED_OPTION, /* kind 30 though none, or no MP_CAPABLE, was sent */
	FAULT_OPTION_ECHOED,	  /* our option, byte for byte */
	FAULT_KEY_ECHOED,	  /* our key */
	FAULT_KEY_BYTE_SWAPPED,	  /* our key, its bytes in another order */
	FAULT_KEY_TRUNCATED,	  /* a beginning of our key, then zeros or nothing */
	FAULT_KEY_DERIVED,	  /* four bytes of our key or of its complement, in a row, anywhere */
	FAULT_KEY_ZERO,		  /* eight zero bytes */
	FAULT_TOKEN_RETURNED,	  /* the token of our MP_JOIN, where an HMAC is due */
	FAULT_CANARY_RETURNED,	  /* our option of the unknown kind */
	FAULT_COUNT,
};

const char *classification_name(enum classification classification);
const char *fault_name(enum fault fault);

#endif

#include "classify.h"

#include <string.h>

#include "sent_key.h"
#include "tcp_options.h"
#include "wire.h"

#define KEY_AT 4
#define JOIN_TOKEN_AT 4
#define JOIN_TOKEN_BYTES 4

static void add_fault(struct mptcp_evidence *out, enum fault fault)
{
	out->faults |= 1u << fault;
}

static bool has_fault(const struct mptcp_evidence *out, enum fault fault)
{
	return (out->faults >> fault & 1) != 0;
}

/* The one length that an option has in such a packet (RFC 8684, 3.1, 3.2, 3.5 and 3.6); 0 for a subtype that has none or
 * no business there. */
static int length_due(int subtype, bool is_rst)
{
	switch (subtype) {
	case MPTCPOPT_MP_CAPABLE:
		return is_rst ? 0 : TCPOLEN_MPTCP_MPC_SYNACK;
	case MPTCPOPT_MP_JOIN:
		return is_rst ? 0 : TCPOLEN_MPTCP_MPJ_SYNACK;
	case MPTCPOPT_MP_FASTCLOSE:
		return is_rst ? TCPOLEN_MPTCP_FASTCLOSE : 0;
	case MPTCPOPT_RST:
		return is_rst ? TCPOLEN_MPTCP_RST : 0;
	default:
		return 0;
	}
}

static bool is_what_we_sent(const struct probe *sent, const uint8_t *at, size_t bytes)
{
	return sent->option_bytes > 0 && bytes == sent->option_bytes && memcmp(at, sent->option, bytes) == 0;
}

/* Our own option has the length of a SYN's, and is an echo instead. */
static bool is_length_unexpected(const struct probe *sent, const struct tcp_option *option, int subtype, bool is_rst)
{
	int due = length_due(subtype, is_rst);
	return subtype < 0 ||
	       (due != 0 && option->stated_length != due && !is_what_we_sent(sent, option->at, option->bytes));
}

static void note_mptcp(const struct probe *sent, bool is_rst, const struct tcp_option *option, uint16_t *subtypes_seen,
		       struct mptcp_evidence *out)
{
	struct mptcp_option read;
	mptcp_option_read(option->at, option->bytes, &read);
	if (is_length_unexpected(sent, option, read.subtype, is_rst)) {
		add_fault(out, FAULT_UNEXPECTED_LENGTH);
	}
	if (read.subtype >= 0) {
		if (*subtypes_seen >> read.subtype & 1) {
			add_fault(out, FAULT_DUPLICATE_OPTION);
		}
		*subtypes_seen |= (uint16_t)(1u << read.subtype);
	}
	/* The first option is the one that is shown; an MP_CAPABLE behind another subtype is the one judged. */
	bool better = out->option != NULL && out->read.subtype != MPTCPOPT_MP_CAPABLE && read.subtype == MPTCPOPT_MP_CAPABLE;
	if (out->option == NULL || better) {
		out->option = option->at;
		out->option_bytes = option->bytes;
		out->stated_length = option->stated_length;
		out->read = read;
	}
}

static bool is_reset(const struct tcp_reply *reply)
{
	return (reply->flags & TCP_FLAG_RST) != 0;
}

static void walk_options(const struct probe *sent, const struct tcp_reply *reply, struct mptcp_evidence *out)
{
	struct tcp_options_walk walk = tcp_options_begin(reply->options, reply->options_bytes);
	struct tcp_option option;
	uint16_t subtypes_seen = 0;
	if (reply->truncated) {
		add_fault(out, FAULT_TRUNCATED);
	}
	while (tcp_options_next(&walk, &option)) {
		if (option.status == TCP_OPTION_LENGTH_BELOW_TWO) {
			add_fault(out, FAULT_LENGTH_BELOW_TWO);
		} else if (option.status == TCP_OPTION_PAST_END) {
			add_fault(out, FAULT_PAST_END);
		}
		if (option.kind == TCPOPT_KIND_MPTCP) {
			note_mptcp(sent, is_reset(reply), &option, &subtypes_seen, out);
		} else if (sent->has_canary && option.bytes == CANARY_BYTES &&
			   memcmp(option.at, sent->canary, CANARY_BYTES) == 0) {
			add_fault(out, FAULT_CANARY_RETURNED);
		}
	}
}

/* A join's SYN/ACK carries an HMAC where our token was (RFC 8684, 3.2): the token there is an echo. */
static bool is_token_returned(const struct probe *sent, const struct mptcp_evidence *out)
{
	return sent->kind == PROBE_JOIN && out->option_bytes >= JOIN_TOKEN_AT + JOIN_TOKEN_BYTES &&
	       memcmp(out->option + JOIN_TOKEN_AT, sent->option + JOIN_TOKEN_AT, JOIN_TOKEN_BYTES) == 0;
}

static void note_echo(const struct probe *sent, struct mptcp_evidence *out)
{
	if (is_what_we_sent(sent, out->option, out->option_bytes)) {
		add_fault(out, FAULT_OPTION_ECHOED);
	}
	if (is_token_returned(sent, out)) {
		add_fault(out, FAULT_TOKEN_RETURNED);
	}
	if (out->read.subtype != MPTCPOPT_MP_CAPABLE) {
		return;
	}
	enum fault fault;
	if (sent->has_key && out->option_bytes > KEY_AT &&
	    sent_key_fault(sent->key, out->option + KEY_AT, out->option_bytes - KEY_AT, &fault)) {
		add_fault(out, fault);
	}
	if (out->read.has_key && key_is_zero(out->read.key)) {
		add_fault(out, FAULT_KEY_ZERO);
	}
}

/* The grease version is answered with 1 by those who know MPTCP, and agreed to by nobody. */
static bool is_version_unexpected(const struct probe *sent, const struct mptcp_evidence *out)
{
	if (sent->kind == PROBE_GREASE) {
		return out->read.version != 1 && !has_fault(out, FAULT_OPTION_ECHOED);
	}
	return out->read.version != sent->version;
}

static void note_capable_faults(const struct probe *sent, struct mptcp_evidence *out)
{
	if (sent->version >= 0 && is_version_unexpected(sent, out)) {
		add_fault(out, FAULT_UNEXPECTED_VERSION);
	}
	if (out->read.flags >= 0 && (out->read.flags & MPTCP_FLAG_EXTENSIBILITY) != 0) {
		add_fault(out, FAULT_FLAG_B);
	}
	if (out->read.flags >= 0 && (out->read.flags & MPTCP_FLAG_CRYPTO) == 0) {
		add_fault(out, FAULT_NO_CRYPTO_FLAG);
	}
}

#define BIT(fault) (1u << (fault))
#define FAULTS_OF_THE_WALK \
	(BIT(FAULT_LENGTH_BELOW_TWO) | BIT(FAULT_PAST_END) | BIT(FAULT_TRUNCATED) | BIT(FAULT_DUPLICATE_OPTION))
#define FAULTS_OF_A_MIRROR                                                                                                                    \
	(BIT(FAULT_OPTION_ECHOED) | BIT(FAULT_KEY_ECHOED) | BIT(FAULT_KEY_BYTE_SWAPPED) | BIT(FAULT_KEY_TRUNCATED) | BIT(FAULT_KEY_DERIVED) | \
	 BIT(FAULT_KEY_ZERO) | BIT(FAULT_TOKEN_RETURNED) | BIT(FAULT_CANARY_RETURNED))
#define FAULTS_OF_A_CAPABLE \
	(BIT(FAULT_UNEXPECTED_LENGTH) | BIT(FAULT_FLAG_B) | BIT(FAULT_NO_CRYPTO_FLAG) | BIT(FAULT_UNSOLICITED_OPTION))

/* v1 sends four bytes and is due twelve: four bytes of the version sent are ours, flags changed or not.
 * The grease version agreed to is copied, since nobody speaks it. */
static bool is_shape_of_a_mirror(const struct probe *sent, const struct mptcp_evidence *out)
{
	if (sent->version <= 0 || out->read.version != sent->version) {
		return false;
	}
	return out->stated_length == TCPOLEN_MPTCP_MPC_SYN_V1 || sent->kind == PROBE_GREASE;
}

/* The order is the rule: a broken walk hides what follows it; an echo explains every oddity after it. */
static enum classification judge_synack(const struct probe *sent, struct mptcp_evidence *out)
{
	if (out->option != NULL) {
		note_echo(sent, out);
	}
	if (out->read.subtype == MPTCPOPT_MP_CAPABLE) {
		note_capable_faults(sent, out);
	}
	if (out->faults & FAULTS_OF_THE_WALK) {
		return CLASS_MALFORMED;
	}
	if (out->faults & FAULTS_OF_A_MIRROR) {
		return CLASS_ECHOED;
	}
	if (out->option == NULL) {
		return CLASS_SYNACK_NO_OPTION;
	}
	if (out->read.subtype < 0) {
		return CLASS_MALFORMED;
	}
	if (out->read.subtype != MPTCPOPT_MP_CAPABLE) {
		return CLASS_OTHER_SUBTYPE;
	}
	if (is_shape_of_a_mirror(sent, out)) {
		return CLASS_ECHOED;
	}
	if (out->faults & FAULTS_OF_A_CAPABLE) {
		return CLASS_MALFORMED;
	}
	return out->read.version == sent->version ? CLASS_MP_CAPABLE : CLASS_VERSION_MISMATCH;
}

static enum classification judge_rst(const struct mptcp_evidence *out)
{
	bool reset = out->option != NULL && out->read.subtype == MPTCPOPT_RST && out->stated_length == TCPOLEN_MPTCP_RST &&
		     (out->faults & FAULTS_OF_THE_WALK) == 0;
	return reset ? CLASS_MP_TCPRST : CLASS_RST;
}

static bool is_unsolicited(const struct probe *sent, const struct mptcp_evidence *out)
{
	if (out->read.subtype == MPTCPOPT_MP_CAPABLE) {
		return sent->version < 0;
	}
	return out->option != NULL && sent->option_bytes == 0;
}

/* A server that speaks v1 answers the grease version with its own (RFC 8684, section 3.1). An MP_TCPRST is written by who
 * knows MPTCP, whatever was asked. */
static bool is_evidence(const struct probe *sent, const struct mptcp_evidence *out)
{
	return out->classification == CLASS_MP_CAPABLE || out->classification == CLASS_MP_TCPRST ||
	       (out->classification == CLASS_VERSION_MISMATCH && sent->kind == PROBE_GREASE && out->read.version == 1);
}

void classify_tcp(const struct probe *sent, const struct tcp_reply *reply, struct mptcp_evidence *out)
{
	*out = (struct mptcp_evidence){.stated_length = -1, .read = {.subtype = -1, .version = -1, .flags = -1}};
	walk_options(sent, reply, out);
	if (is_unsolicited(sent, out)) {
		add_fault(out, FAULT_UNSOLICITED_OPTION);
	}
	out->classification = is_reset(reply) ? judge_rst(out) : judge_synack(sent, out);
	out->app_success = is_evidence(sent, out);
}

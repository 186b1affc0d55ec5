#include "classes.h"

static const char *const CLASSIFICATION_NAMES[CLASS_COUNT] = {
    [CLASS_SYNACK_NO_OPTION] = "synack_no_option",
    [CLASS_MP_CAPABLE] = "mp_capable",
    [CLASS_ECHOED] = "echoed",
    [CLASS_VERSION_MISMATCH] = "version_mismatch",
    [CLASS_MALFORMED] = "malformed",
    [CLASS_OTHER_SUBTYPE] = "other_subtype",
    [CLASS_MP_TCPRST] = "mp_tcprst",
    [CLASS_RST] = "rst",
    [CLASS_ICMP_UNREACHABLE] = "icmp_unreachable",
    [CLASS_ICMP_TTL_EXCEEDED] = "icmp_ttl_exceeded",
};

static const char *const FAULT_NAMES[FAULT_COUNT] = {
    [FAULT_LENGTH_BELOW_TWO] = "length_below_two",
    [FAULT_PAST_END] = "past_end",
    [FAULT_TRUNCATED] = "truncated",
    [FAULT_DUPLICATE_OPTION] = "duplicate_option",
    [FAULT_UNEXPECTED_LENGTH] = "unexpected_length",
    [FAULT_FLAG_B] = "flag_b",
    [FAULT_NO_CRYPTO_FLAG] = "no_crypto_flag",
    [FAULT_UNEXPECTED_VERSION] = "unexpected_version",
    [FAULT_UNSOLICITED_OPTION] = "unsolicited_option",
    [FAULT_OPTION_ECHOED] = "option_echoed",
    [FAULT_KEY_ECHOED] = "key_echoed",
    [FAULT_KEY_BYTE_SWAPPED] = "key_byte_swapped",
    [FAULT_KEY_TRUNCATED] = "key_truncated",
    [FAULT_KEY_DERIVED] = "key_derived",
    [FAULT_KEY_ZERO] = "key_zero",
    [FAULT_TOKEN_RETURNED] = "token_returned",
    [FAULT_CANARY_RETURNED] = "canary_returned",
};

const char *classification_name(enum classification classification)
{
	return CLASSIFICATION_NAMES[classification];
}

const char *fault_name(enum fault fault)
{
	return FAULT_NAMES[fault];
}

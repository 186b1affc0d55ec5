/* The reader of captures: link layers, headers in front of TCP, and what is told of a stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../traffic/capture.h"
#include "../traffic/segment.h"
#include "../traffic/tell.h"
#include "check.h"

/* A SYN of 198.18.0.1 port 4096 to 198.18.1.1 port 80 with an MP_CAPABLE of version 1. */
#define TCP_SYN_V1 "1000005000000001000000006002ffff00000000" \
		   "1e040101"
#define IPV4_SYN "4500002c000000004006000" \
		 "0c6120001c6120101" TCP_SYN_V1
#define IPV6_ENDS "20010db8000000000000000000000001" \
		  "20010db8000000000000000000000002"
#define IPV6_SYN "6000000000180640" IPV6_ENDS TCP_SYN_V1
#define ETHERNET "020000000001020000000002"
/* An IPv4 header of so many bytes in all, with GRE or UDP to a port behind it. */
#define GRE(total) "4500" total "00000000402f0000c6120009c6120909"
#define UDP(total, port) "4500" total "0000000040110000c6120009c6120909" \
			 "1000" port "00000000"

static struct frame frame_of(uint32_t link, const char *hex, uint8_t *room, size_t size)
{
	uint32_t bytes = (uint32_t)from_hex(hex, room, size);
	return (struct frame){1000000, link, room, bytes, bytes};
}

static void test_layers(void)
{
	static const struct {
		uint32_t link;
		const char *frame;
		enum reading reading;
		const char *what;
	} CASES[] = {
	    {1, ETHERNET "0800" IPV4_SYN, READ_TCP, "Ethernet"},
	    {1, ETHERNET "86dd" IPV6_SYN, READ_TCP, "Ethernet with IPv6"},
	    {1, ETHERNET "0800" IPV4_SYN "000000000000", READ_TCP, "Ethernet with padding"},
	    {1, ETHERNET "8100000a0800" IPV4_SYN, READ_TCP, "a VLAN"},
	    {1, ETHERNET "88a8000a8100000b86dd" IPV6_SYN, READ_TCP, "QinQ"},
	    {1, ETHERNET "9100000a8100000b0800" IPV4_SYN, READ_TCP, "QinQ of old"},
	    {1, ETHERNET "8847000010400001114000" IPV4_SYN, READ_NOT_IP, "MPLS labels that end askew"},
	    {1, ETHERNET "88470000104000011140" IPV4_SYN, READ_TCP, "two MPLS labels"},
	    {1, ETHERNET "886411000001002e0021" IPV4_SYN, READ_TCP, "PPPoE"},
	    {1, ETHERNET "0806000108000604", READ_NOT_IP, "ARP"},
	    {1, ETHERNET "0034aaaa030000000800" IPV4_SYN, READ_TCP, "a length and SNAP in the place of an EtherType"},
	    {1, ETHERNET "8100000a0048aaaa0300000086dd" IPV6_SYN, READ_TCP, "SNAP behind a VLAN"},
	    {1, ETHERNET "0034aaaa0300000c2000" IPV4_SYN, READ_NOT_IP, "SNAP of a vendor's own"},
	    {1, ETHERNET "0034aaaa030000000026aaaa030000000800" IPV4_SYN, READ_NOT_IP, "SNAP in SNAP"},
	    {1, ETHERNET "0026424203000000000080", READ_NOT_IP, "spanning tree"},
	    {1, ETHERNET "0034aaaa03", READ_CUT, "SNAP that is not captured"},
	    {113, "00000001000602000000000100000004aaaa030000000800" IPV4_SYN, READ_TCP, "Linux cooked with SNAP"},
	    {1, ETHERNET "8100", READ_CUT, "a tag that is not captured"},
	    {113, "00000001000602000000000100000800" IPV4_SYN, READ_TCP, "Linux cooked"},
	    {113, "0000000100060200000000010000810000010800" IPV4_SYN, READ_TCP, "Linux cooked with a VLAN"},
	    {276, "86dd00000000000100010006020000000001"
		  "0000" IPV6_SYN,
	     READ_TCP, "Linux cooked, version 2"},
	    {101, IPV4_SYN, READ_TCP, "raw IP"},
	    {101, IPV6_SYN, READ_TCP, "raw IPv6"},
	    {12, IPV4_SYN, READ_TCP, "raw IP by its number on Linux"},
	    {228, IPV4_SYN, READ_TCP, "raw IPv4"},
	    {229, IPV6_SYN, READ_TCP, "raw IPv6 alone"},
	    {0, "02000000" IPV4_SYN, READ_TCP, "loopback of BSD, little-endian"},
	    {0, "0000001e" IPV6_SYN, READ_TCP, "loopback of macOS, big-endian"},
	    {108, "00000018" IPV6_SYN, READ_TCP, "loopback of OpenBSD"},
	    {9, "ff030021" IPV4_SYN, READ_TCP, "PPP"},
	    {9, "57" IPV6_SYN, READ_TCP, "PPP with a compressed protocol"},
	    {50, "ff0380210101", READ_NOT_IP, "PPP control"},
	    {104, "0f000800" IPV4_SYN, READ_TCP, "Cisco HDLC"},
	    {105, "0801", READ_LINK_UNKNOWN, "a link type that is not read"},
	    {101, "4500004000000000400400"
		  "00c6120009c6120909" IPV4_SYN,
	     READ_TCP, "IPv4 in IPv4"},
	    {101, "4500005400000000402900"
		  "00c6120009c6120909" IPV6_SYN,
	     READ_TCP, "IPv6 in IPv4"},
	    {101, "6000000000200040" IPV6_ENDS "0600010400000000" TCP_SYN_V1, READ_TCP, "hop-by-hop options"},
	    {101, "6000000000302b40" IPV6_ENDS "3c00000000000000"
		  "3300000000000000"
		  "0600000000000000" TCP_SYN_V1,
	     READ_TCP, "routing, destination and authentication headers"},
	    {101, "6000000000202c40" IPV6_ENDS "0600000100000001" TCP_SYN_V1, READ_TCP, "the first fragment of IPv6"},
	    {101, "6000000000202c40" IPV6_ENDS "0600001100000001" TCP_SYN_V1, READ_FRAGMENT, "a later one"},
	    {101, "6000000000202c40" IPV6_ENDS "1100001100000001" TCP_SYN_V1, READ_NOT_TCP, "a later one of UDP"},
	    {101, "4500002c000020004006000"
		  "0c6120001c6120101" TCP_SYN_V1,
	     READ_TCP, "the first fragment of IPv4"},
	    {101, "4500002c000020054006000"
		  "0c6120001c6120101" TCP_SYN_V1,
	     READ_FRAGMENT, "a later one of IPv4"},
	    {101, "4500002c000000004011000"
		  "0c6120001c6120101" TCP_SYN_V1,
	     READ_NOT_TCP, "UDP"},
	    {1, ETHERNET "8848000010400001114000" IPV4_SYN, READ_NOT_IP, "MPLS multicast that ends askew"},
	    {1, ETHERNET "884800011140" IPV4_SYN, READ_TCP, "MPLS multicast"},
	    {101, GRE("0044") "00000800" IPV4_SYN, READ_TCP, "IPv4 in GRE"},
	    {101, GRE("0068") "b00086dd"
			      "000000000000000500000001" IPV6_SYN,
	     READ_TCP, "IPv6 in GRE with checksum, key and sequence number"},
	    {101, GRE("0052") "00006558" ETHERNET "0800" IPV4_SYN, READ_TCP, "Ethernet in GRE"},
	    {101, GRE("005e") "100088be"
			      "00000001"
			      "1005000100000000" ETHERNET "0800" IPV4_SYN,
	     READ_TCP, "ERSPAN of type II"},
	    {101, GRE("0052") "000088be" ETHERNET "0800" IPV4_SYN, READ_TCP, "ERSPAN of type I"},
	    {101, GRE("006a") "100022eb"
			      "00000001"
			      "200500010000000000000001"
			      "0000000000000000" ETHERNET "0800" IPV4_SYN,
	     READ_TCP, "ERSPAN of type III with its platform"},
	    {101, GRE("0044") "00010800" IPV4_SYN, READ_NOT_TCP, "PPTP, which is GRE of version 1"},
	    {101, GRE("0044") "40000800" IPV4_SYN, READ_NOT_TCP, "GRE with routing"},
	    {101, GRE("0044") "0000", READ_CUT, "GRE that is not captured"},
	    {101, UDP("005e", "12b5") "0800000000006400" ETHERNET "0800" IPV4_SYN, READ_TCP, "VXLAN"},
	    {101, UDP("0062", "12b5") "0800000000006400" ETHERNET "8100000a0800" IPV4_SYN, READ_TCP, "VXLAN with a VLAN"},
	    {101, UDP("005e", "12b5") "0800000000006400" ETHERNET "0806" IPV4_SYN, READ_NOT_TCP, "ARP in VXLAN"},
	    {101, UDP("005e", "12b5") "0000000000006400" ETHERNET "0800" IPV4_SYN, READ_NOT_TCP, "what is no VXLAN at its port"},
	    {101, UDP("0062", "17c1") "010065580000050000000000" ETHERNET "0800" IPV4_SYN, READ_TCP, "Geneve with an option"},
	    {101, UDP("0050", "17c1") "0000080000000500" IPV4_SYN, READ_TCP, "IPv4 in Geneve"},
	    {101, UDP("0050", "0868") "30ff002c00000001" IPV4_SYN, READ_TCP, "GTP-U"},
	    {101, UDP("006c", "0868") "34ff004800000001"
				      "00000085"
				      "01100500" IPV6_SYN,
	     READ_TCP, "GTP-U with an extension header of 5G"},
	    {101, UDP("0054", "0868") "32ff003000000001"
				      "00070000" IPV4_SYN,
	     READ_TCP, "GTP-U with a sequence number"},
	    {101, UDP("0050", "0868") "3001002c00000001" IPV4_SYN, READ_NOT_TCP, "an echo request of GTP-U"},
	    {101, UDP("0054", "0868") "34ff003000000001"
				      "00000085"
				      "00" IPV4_SYN,
	     READ_NOT_TCP, "an extension header of no length"},
	    {101, UDP("0050", "0868") "30ff", READ_CUT, "GTP-U that is not captured"},
	    {101, UDP("002c", "0035") "1234", READ_NOT_TCP, "a question to a resolver"},
	    {101, "6000000000183b40" IPV6_ENDS TCP_SYN_V1, READ_NOT_TCP, "no next header"},
	    {101, "4400002c000000004006000"
		  "0c6120001c6120101" TCP_SYN_V1,
	     READ_MALFORMED, "an IPv4 header of four words"},
	    {101, "45000010000000004006000"
		  "0c6120001c6120101" TCP_SYN_V1,
	     READ_MALFORMED, "less in all than the header"},
	    {101, "4500002c000000004006000"
		  "0c6120001c6120101"
		  "1000005000000001000000004002ffff00000000"
		  "1e040101",
	     READ_MALFORMED, "a TCP header of four words"},
	    {101, "4500002c000000004006000"
		  "0c6120001c6120101"
		  "1000005000000001000000007002ffff00000000"
		  "1e040101",
	     READ_MALFORMED, "a TCP header longer than the packet"},
	    {101, "45", READ_CUT, "one byte of a header"},
	    {101, "60000000002c0040" IPV6_ENDS "06050000000000000000", READ_CUT, "an extension header that is not captured"},
	};
	uint8_t room[256];
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct frame frame = frame_of(CASES[i].link, CASES[i].frame, room, sizeof room);
		struct segment segment;
		frame.wire += CASES[i].reading == READ_CUT ? 100 : 0;
		enum reading reading = segment_read(&frame, &segment);
		check(reading == CASES[i].reading, "%s: %s", CASES[i].what, reading_name(reading));
		if (reading != READ_TCP) {
			continue;
		}
		check(segment.source.port == 4096 && segment.destination.port == 80 && segment.flags == TCP_SYN,
		      "%s: other ports or flags", CASES[i].what);
		check(segment.options_bytes == 4 && segment.payload == 0, "%s: %zu option bytes, %u of payload", CASES[i].what,
		      segment.options_bytes, segment.payload);
		check(segment.family == (strstr(CASES[i].frame, "20010db8") != NULL ? 6 : 4), "%s: another family", CASES[i].what);
	}
}

/* A header beyond a packet that was captured to its end is no header that the capture left out. */
static void test_whole_and_too_short(void)
{
	static const struct {
		uint32_t link;
		const char *frame, *what;
	} CASES[] = {
	    {1, "0200000000010200", "half an Ethernet header"},
	    {1, ETHERNET "8100000a", "a tag with nothing behind it"},
	    {1, ETHERNET "8864110000", "half a PPPoE header"},
	    {101, "45", "one byte of IPv4"},
	    {101, "6000", "two bytes of IPv6"},
	    {101, "6000000000080040" IPV6_ENDS "06ff000000000000", "an IPv6 extension header beyond the packet"},
	    {101, "6000000000043c40" IPV6_ENDS "06000000", "half an IPv6 extension header"},
	    {101, "6000000000183340" IPV6_ENDS "06ff0000" TCP_SYN_V1, "an authentication header beyond the packet"},
	    {101, GRE("0018") "20000800", "GRE that states a key and has none"},
	    {101, UDP("0020", "12b5") "08000000", "half a VXLAN header"},
	    {101, "45000020000000004006000"
		  "0c6120001c6120101"
		  "100000500000000100000000",
	     "half a TCP header"},
	};
	uint8_t room[256];
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct frame frame = frame_of(CASES[i].link, CASES[i].frame, room, sizeof room);
		struct segment segment;
		enum reading reading = segment_read(&frame, &segment);
		check(reading == READ_MALFORMED, "%s: %s", CASES[i].what, reading_name(reading));
	}
}

/* A frame cut anywhere is read to where it ends, and says when its options are not whole. */
static void test_snap_lengths(void)
{
	uint8_t room[256];
	struct frame whole = frame_of(1, ETHERNET "8100000a86dd" IPV6_SYN, room, sizeof room);
	for (uint32_t captured = 0; captured < whole.captured; captured++) {
		struct frame cut = whole;
		struct segment segment;
		uint8_t *exact = malloc(captured + 1);
		memcpy(exact, whole.data, captured);
		cut.data = exact;
		cut.captured = captured;
		enum reading reading = segment_read(&cut, &segment);
		bool header = captured >= whole.captured - 4;
		check(reading == (header ? READ_TCP : READ_CUT), "%u bytes captured: %s", captured, reading_name(reading));
		check(!header || (segment.options_cut && segment.payload == 0), "%u bytes captured: options not said to be cut", captured);
		free(exact);
	}
}

/* Segments of one side that say nothing but data (d) and acknowledgements (a), in capitals with a DSS; f is an MP_FAIL. */
static void tell_all(struct flow *flow, unsigned by, const char *segments, char *told)
{
	for (size_t i = 0; segments[i] != '\0'; i++) {
		struct segment segment = {.flags = TCP_ACK, .payload = segments[i] == 'd' || segments[i] == 'D' ? 100 : 0};
		struct mptcp_options options = {.has_dss = segments[i] == 'D' || segments[i] == 'A', .has_fail = segments[i] == 'f', .speaks = segments[i] == 'f'};
		told[i] = tell_packet(flow, by, &segment, &options) ? '1' : '0';
		told[i + 1] = '\0';
	}
}

static void test_told(void)
{
	static const struct {
		const char *segments, *told, *what;
	} CASES[] = {
	    {"aaaaa", "11100", "three of the same"},
	    {"aaaAA", "11110", "the first with a DSS, however late"},
	    {"aaaaAaA", "1110100", "it alone"},
	    {"AAAad", "11111", "the first without one, and the first data"},
	    {"dddDaAdDaA", "1111110000", "the first of each of the four kinds"},
	    {"aaaafaaaa", "111011110", "three more after an MP_FAIL"},
	    {"AAAAfaaaA", "111011111", "and each kind anew"},
	};
	char told[16];
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct flow flow = {0};
		tell_all(&flow, 0, CASES[i].segments, told);
		check(strcmp(told, CASES[i].told) == 0, "%s of %s: %s", CASES[i].what, CASES[i].segments, told);
		tell_all(&flow, 1, "aaaa", told);
		check(strcmp(told, "1110") == 0, "%s: the other side counts for itself: %s", CASES[i].segments, told);
	}
}

int main(void)
{
	test_layers();
	test_whole_and_too_short();
	test_told();
	test_snap_lengths();
	return checks_done("traffic");
}

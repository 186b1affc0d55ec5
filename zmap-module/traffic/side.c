#include "side.h"

bool is_behind_syn(uint32_t number, uint32_t isn, uint32_t data)
{
	return number - (isn + 1) <= data;
}

void side_sequence(struct flow_side *side, const struct segment *segment)
{
	uint32_t start = segment->sequence + (segment->flags & TCP_SYN ? 1 : 0);
	if (segment->flags & TCP_SYN) {
		side->has_isn = true;
		side->isn = segment->sequence;
		side->syn_data = segment->payload > side->syn_data ? segment->payload : side->syn_data;
	}
	if (segment->flags & TCP_RST) {
		return; /* its sequence number is the answered packet's, and its payload a message */
	}
	if (!side->has_sequence) {
		side->has_sequence = true;
		side->lowest_sequence = side->next_sequence = start;
	}
	int32_t below = (int32_t)(side->lowest_sequence - start);
	if (segment->payload > 0 && below > 0) {
		side->sequence_bytes += (uint32_t)below;
		side->lowest_sequence = start;
	}
	int32_t beyond = (int32_t)(start + segment->payload - side->next_sequence);
	if (segment->payload > 0 && beyond > 0) {
		side->sequence_bytes += (uint32_t)beyond;
		side->next_sequence += (uint32_t)beyond;
	}
}

/* A data sequence number of 32 bits is the one next to what is known with these as its lower half (RFC 8684, 3.3.1). */
static uint64_t widened(uint32_t narrow, uint64_t near)
{
	return near + (uint64_t)(int64_t)(int32_t)(narrow - (uint32_t)near);
}

void side_mapping(struct flow_side *side, const struct dss *dss, const struct segment *segment)
{
	uint32_t length = dss->length - (dss->data_fin && dss->length > 0 ? 1u : 0u);
	if (length == 0 || segment->payload == 0) {
		return;
	}
	if (!side->has_mapped) {
		side->has_mapped = true;
		side->next_mapped = dss->subflow_sequence;
		side->first_sequence = segment->sequence;
		side->first_mapped = (uint32_t)dss->sequence;
	}
	int32_t beyond = (int32_t)(dss->subflow_sequence + length - side->next_mapped);
	if (beyond > 0) {
		side->mapped += (uint32_t)beyond < length ? (uint32_t)beyond : length;
		side->next_mapped += (uint32_t)beyond;
	}
	uint64_t first = dss->sequence;
	if (side->early > 0 && !side->has_data && dss->subflow_sequence == side->early + 1) {
		first -= side->early;
		length += side->early;
	}
	if (side->has_data && dss->wide_sequence && !side->data_wide) {
		side->data_first = widened((uint32_t)side->data_first, first);
		side->data_next = widened((uint32_t)side->data_next, first);
	} else if (side->has_data && !dss->wide_sequence) {
		first = widened((uint32_t)first, side->data_next);
	}
	side->data_wide |= dss->wide_sequence;
	side->data_first = side->has_data && (int64_t)(first - side->data_first) > 0 ? side->data_first : first;
	side->data_next = side->has_data && (int64_t)(first + length - side->data_next) < 0 ? side->data_next : first + length;
	side->has_data = true;
}

void side_acknowledgement(struct flow_side *side, const struct dss *dss, const struct segment *segment)
{
	if (dss->has_ack && (segment->flags & TCP_ACK) != 0) {
		side->has_acked = true;
		side->acked_sequence = segment->acknowledgement;
		side->acked_data = (uint32_t)dss->ack;
	}
}

void side_capable_data(struct flow_side *side, uint16_t length, const struct segment *segment)
{
	if (length == 0 || segment->payload == 0 || side->early > 0 || side->has_mapped) {
		return;
	}
	side->early = length;
	side->mapped = length;
}

void side_look_for_acknowledged(struct flow_side *sender, const struct flow_side *other)
{
	sender->acknowledged |= sender->has_mapped && other->has_acked &&
				(int32_t)(other->acked_sequence - sender->first_sequence) > 0 &&
				(int32_t)(other->acked_data - sender->first_mapped) > 0;
}

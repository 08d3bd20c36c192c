/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The USB descriptors of the virtual modem. */
#ifndef MBIM_SIM_DESCRIPTORS_H
#define MBIM_SIM_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

struct modem_config;

#define CONTROL_INTERFACE	0
#define DATA_INTERFACE		1

#define ENDPOINT_INTERRUPT	0x81
#define ENDPOINT_IN		0x82
#define ENDPOINT_OUT		0x02

/* The largest descriptor set that descriptor_get() makes. */
#define DESCRIPTOR_MAX		512

/*
 * Writes the descriptor of GET_DESCRIPTOR's wValue (type and index) to @out,
 * DESCRIPTOR_MAX bytes. Its length, or 0 when there is no such descriptor.
 */
size_t descriptor_get(const struct modem_config *config, uint16_t value, uint8_t *out);

#endif /* MBIM_SIM_DESCRIPTORS_H */

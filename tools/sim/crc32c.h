/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CRC-32C (Castagnoli), the running hash over what a session has received. */
#ifndef MBIM_SIM_CRC32C_H
#define MBIM_SIM_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#define CRC32C_INIT	0xffffffffu

/*
 * Goes on with @crc over @len bytes. Begin with CRC32C_INIT; the usual form of
 * the result is its complement ("123456789" gives ~crc == 0xe3069283).
 */
uint32_t crc32c(uint32_t crc, const void *data, size_t len);

#endif /* MBIM_SIM_CRC32C_H */

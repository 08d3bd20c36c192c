// SPDX-License-Identifier: GPL-2.0-or-later
/* Control ports and descriptors, in a copy of a piece of sysfs. */
#include "test.h"

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "port.h"

/*
 * A device with two configurations, as many modems have: RNDIS in the first, MBIM
 * in the second, both with an interface 0.
 */
static const uint8_t descriptors[] = {
	/* device */
	18, 0x01, 0x00, 0x02, 0xef, 0x02, 0x01, 64, 0x34, 0x12, 0x78, 0x56, 0, 1, 1, 2, 3, 2,
	/* configuration 1, interface 0 */
	9, 0x02, 18, 0, 1, 1, 0, 0xe0, 50,
	9, 0x04, 0, 0, 1, 0xe0, 0x01, 0x03, 0,
	/* configuration 2, interface 0: CDC header, union, MBIM, MBIM extended */
	9, 0x02, 60, 0, 1, 2, 0, 0xe0, 50,
	9, 0x04, 0, 0, 1, 0x02, 0x0e, 0x00, 0,
	5, 0x24, 0x00, 0x20, 0x01,
	5, 0x24, 0x06, 0, 1,
	12, 0x24, 0x1b, 0x00, 0x01, 0x00, 0x10, 0x20, 0x80, 0xdc, 0x05, 0x20,
	8, 0x24, 0x1c, 0x00, 0x01, 0x40, 0xdc, 0x05,
	7, 0x05, 0x81, 0x03, 64, 0, 9,
	9, 0x04, 1, 0, 0, 0x0a, 0x00, 0x02, 0,
};

/* of configuration 2: interface 0, up to the end of its MBIM descriptor, and the extended one */
#define END_OF_MBIM		(18 + 18 + 18 + 10 + 12)
#define END_OF_EXTENDED		(END_OF_MBIM + 8)

static uint32_t parsed_max_command(const uint8_t *bytes, size_t size, unsigned int configuration,
				   unsigned int interface)
{
	return port_parse_descriptors(bytes, size, configuration, interface).max_command;
}

static uint32_t parsed_outstanding(size_t size, unsigned int configuration,
				   unsigned int interface)
{
	g_autofree uint8_t *copy = g_memdup2(descriptors, size);

	return port_parse_descriptors(copy, size, configuration, interface).outstanding;
}

static void outstanding_commands_of_the_right_interface(void **state)
{
	(void)state;
	assert_int_equal(parsed_outstanding(sizeof(descriptors), 2, 0), 64);
	assert_int_equal(parsed_outstanding(sizeof(descriptors), 1, 0), 0);
	assert_int_equal(parsed_outstanding(sizeof(descriptors), 2, 1), 0);
	for (size_t size = 0; size <= sizeof(descriptors); size++)
		assert_int_equal(parsed_outstanding(size, 2, 0), size >= END_OF_EXTENDED ? 64 : 0);
}

static void max_control_message_of_the_right_interface(void **state)
{
	(void)state;
	assert_int_equal(parsed_max_command(descriptors, sizeof(descriptors), 2, 0), 4096);
	assert_int_equal(parsed_max_command(descriptors, sizeof(descriptors), 1, 0), 0);
	assert_int_equal(parsed_max_command(descriptors, sizeof(descriptors), 2, 1), 0);
	assert_int_equal(parsed_max_command(descriptors, sizeof(descriptors), 3, 0), 0);
}

/* Cut off anywhere: never beyond the end, and no number out of half a descriptor. */
static void descriptors_cut_off(void **state)
{
	(void)state;
	for (size_t size = 0; size <= sizeof(descriptors); size++) {
		g_autofree uint8_t *copy = g_memdup2(descriptors, size);

		assert_int_equal(parsed_max_command(copy, size, 2, 0),
				 size >= END_OF_MBIM ? 4096 : 0);
	}
}

static void descriptors_of_impossible_length(void **state)
{
	const uint8_t zero[] = { 9, 0x02, 60, 0, 1, 2, 0, 0xe0, 50, 0, 0x04, 0, 0 };
	const uint8_t tiny[] = { 3, 0x02, 60, 3, 0x04, 0, 4, 0x24, 0x1b, 0 };

	(void)state;
	assert_int_equal(parsed_max_command(zero, sizeof(zero), 2, 0), 0);
	assert_int_equal(parsed_max_command(tiny, sizeof(tiny), 2, 0), 0);
}

struct sysfs {
	char *root;
	char *interface;
	char *usbmisc;
	char *port;
	char *device;
	char *descriptors;
};

static int sysfs_make(void **state)
{
	struct sysfs *sysfs = g_new0(struct sysfs, 1);

	sysfs->root = g_dir_make_tmp("sysfsXXXXXX", NULL);
	sysfs->interface = g_build_filename(sysfs->root, "1-2:2.0", NULL);
	sysfs->usbmisc = g_build_filename(sysfs->interface, "usbmisc", NULL);
	sysfs->port = g_build_filename(sysfs->usbmisc, "cdc-wdm7", NULL);
	sysfs->device = g_build_filename(sysfs->root, "1-2", NULL);
	sysfs->descriptors = g_build_filename(sysfs->device, "descriptors", NULL);
	*state = sysfs;
	return g_mkdir(sysfs->interface, 0700) || g_mkdir(sysfs->device, 0700);
}

static int sysfs_remove(void **state)
{
	struct sysfs *sysfs = *state;

	g_remove(sysfs->port);
	g_remove(sysfs->usbmisc);
	g_remove(sysfs->interface);
	g_remove(sysfs->descriptors);
	g_remove(sysfs->device);
	g_remove(sysfs->root);
	g_free(sysfs->port);
	g_free(sysfs->usbmisc);
	g_free(sysfs->interface);
	g_free(sysfs->descriptors);
	g_free(sysfs->device);
	g_free(sysfs->root);
	g_free(sysfs);
	return 0;
}

static void port_is_found_when_it_is_there(void **state)
{
	g_autofree char *port = NULL;
	struct sysfs *sysfs = *state;

	assert_null(port_find(sysfs->root, "1-2:2.0"));
	assert_int_equal(g_mkdir(sysfs->usbmisc, 0700), 0);
	assert_null(port_find(sysfs->root, "1-2:2.0"));
	assert_int_equal(g_mkdir(sysfs->port, 0700), 0);
	port = port_find(sysfs->root, "1-2:2.0");
	assert_string_equal(port, "cdc-wdm7");
	assert_null(port_find(sysfs->root, "1-3:2.0"));
}

static void limits_are_read_from_the_device(void **state)
{
	struct sysfs *sysfs = *state;

	assert_int_equal(port_limits(sysfs->root, "1-2:2.0").max_command, 0);
	assert_true(g_file_set_contents(sysfs->descriptors, (const char *)descriptors,
					sizeof(descriptors), NULL));
	assert_int_equal(port_limits(sysfs->root, "1-2:2.0").max_command, 4096);
	assert_int_equal(port_limits(sysfs->root, "1-2:2.0").outstanding, 64);
	assert_int_equal(port_limits(sysfs->root, "1-2:1.0").max_command, 0);
	assert_int_equal(port_limits(sysfs->root, "1-2").max_command, 0);
	assert_int_equal(port_limits(sysfs->root, "1-2:x").max_command, 0);
	assert_int_equal(port_limits(sysfs->root, "").max_command, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(max_control_message_of_the_right_interface),
	cmocka_unit_test(outstanding_commands_of_the_right_interface),
	cmocka_unit_test(descriptors_cut_off),
	cmocka_unit_test(descriptors_of_impossible_length),
	cmocka_unit_test_setup_teardown(port_is_found_when_it_is_there, sysfs_make, sysfs_remove),
	cmocka_unit_test_setup_teardown(limits_are_read_from_the_device, sysfs_make,
					sysfs_remove),
};

test_main(tests)

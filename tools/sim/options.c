// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line: options of the simulator, and `mbim-sim ctl`. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "control.h"
#include "modem.h"
#include "options.h"

#define DEFAULT_SOCKET	"/run/mbim-sim.sock"
/* pid.codes' id for private tests: no driver has a quirk for it. */
#define DEFAULT_VENDOR	0x1209
#define DEFAULT_PRODUCT	0x0001
/* cdc_mbim takes these for what their modems need. */
#define VENDOR_NDP_END	0x12d1
#define VENDOR_NO_ZLP	0x0bdb

#define NTB_MIN		2048
#define NTB_MAX		65535	/* what a 16-bit NTB can be */

enum {
	OPT_PORT = 256, OPT_SPEED, OPT_VENDOR, OPT_PRODUCT, OPT_SERIAL, OPT_SOCKET, OPT_PID_FILE,
	OPT_MAX_SESSIONS, OPT_MAX_DATAGRAM, OPT_MTU, OPT_MAX_CONTROL, OPT_NTB_MAX, OPT_NTB_DATAGRAMS,
	OPT_NDP_MODULUS, OPT_MODULUS, OPT_REMAINDER, OPT_NMEA_INTERVAL, OPT_NDP_END, OPT_NO_ZLP,
	OPT_DAEMON, OPT_VERBOSE, OPT_HELP,
};

static const struct option long_options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "vendor", required_argument, NULL, OPT_VENDOR },
	{ "product", required_argument, NULL, OPT_PRODUCT },
	{ "serial", required_argument, NULL, OPT_SERIAL },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "pid-file", required_argument, NULL, OPT_PID_FILE },
	{ "max-sessions", required_argument, NULL, OPT_MAX_SESSIONS },
	{ "max-datagram", required_argument, NULL, OPT_MAX_DATAGRAM },
	{ "mtu", required_argument, NULL, OPT_MTU },
	{ "max-control", required_argument, NULL, OPT_MAX_CONTROL },
	{ "ntb-max", required_argument, NULL, OPT_NTB_MAX },
	{ "ntb-datagrams", required_argument, NULL, OPT_NTB_DATAGRAMS },
	{ "ndp-modulus", required_argument, NULL, OPT_NDP_MODULUS },
	{ "modulus", required_argument, NULL, OPT_MODULUS },
	{ "remainder", required_argument, NULL, OPT_REMAINDER },
	{ "nmea-interval", required_argument, NULL, OPT_NMEA_INTERVAL },
	{ "ndp-end", no_argument, NULL, OPT_NDP_END },
	{ "no-zlp", no_argument, NULL, OPT_NO_ZLP },
	{ "daemon", no_argument, NULL, OPT_DAEMON },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
"Usage: mbim-sim [OPTION]...               simulate a modem until quit or a signal\n"
"       mbim-sim ctl [--socket PATH] COMMAND...   tell a running one something\n"
"\n"
"A virtual MBIM modem with device service streams, plugged into this machine's\n"
"vhci_hcd (modprobe vhci_hcd; root). The stock cdc_mbim driver binds to it: a\n"
"/dev/cdc-wdmN and a wwanN appear.\n"
"\n"
"Services, by N in UUID 6d62696d-2d73-696d-0001-00000000000N:\n"
"  1 echo    every datagram comes back\n"
"  2 nmea    sentences to the host, at most 2 sessions\n"
"  3 sink    datagrams are counted and hashed\n"
"  4 idle    no data session; its commands store, echo, send events, fail\n"
"  5 source  to the host, silent until `ctl flood`\n"
"\n"
"The process:\n"
"  --daemon              return when the modem is plugged in; stay behind\n"
"  --socket PATH         control socket (default " DEFAULT_SOCKET ")\n"
"  --pid-file PATH       write the process id there\n"
"  --verbose             log what happens, not only errors of the host\n"
"The USB device:\n"
"  --port N              port of vhci_hcd.0 (default: the first free one)\n"
"  --speed high|super    (default high)\n"
"  --vendor ID           hexadecimal (default 1209); 12d1 implies --ndp-end,\n"
"                        0bdb implies --no-zlp, as cdc_mbim expects of them\n"
"  --product ID          hexadecimal (default 0001)\n"
"  --serial TEXT         (default mbim-sim-PORT, or mbim-sim)\n"
"The modem:\n"
"  --max-sessions N      device service sessions in all, 0 to 256 (default 16)\n"
"  --max-datagram BYTES  largest datagram, 2048 to 65535 (default 2048)\n"
"  --mtu BYTES           the operator's MTU, which cdc_mbim lets wwanN not exceed;\n"
"                        0: none (default 1500)\n"
"  --max-control BYTES   largest control transfer, 64 to 16384 (default 4096)\n"
"  --ntb-max BYTES       largest NTB both ways, 2048 to 65535 (default 16384)\n"
"  --ntb-datagrams N     most datagrams in an NTB from the host (default 0: any)\n"
"  --ndp-modulus N       alignment of NDPs, a power of 2 from 4 (default 4)\n"
"  --modulus N           divisor of datagram indices, likewise (default 4)\n"
"  --remainder N         their remainder, less than that (default 0)\n"
"  --ndp-end             refuse NTBs whose NDP is not behind the datagrams\n"
"  --no-zlp              refuse a zero-length packet after an NTB of --ntb-max\n"
"  --nmea-interval MS    from sentence to sentence (default 200)\n"
"\n"
"What the host sends is checked strictly: look at \"errors\" and \"last_error\" of\n"
"`mbim-sim ctl stats`. Every answer of ctl is a line of JSON; exit 1 when not ok.\n"
"\n"
"Commands of ctl:\n";

static void print_help(void)
{
	struct text commands = { 0 };

	command_help(&commands);
	printf("%s%s", usage, commands.bytes ? commands.bytes : "");
	text_free(&commands);
}

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *format, ...)
{
	va_list args;

	fputs("mbim-sim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(" (mbim-sim --help)\n", stderr);
	exit(2);
}

static unsigned int number(const char *name, int base, unsigned int min, unsigned int max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(optarg, &end, base);
	if (errno || end == optarg || *end || *optarg == '-' || value < min || value > max)
		die(base == 16 ? "--%s %s: not %x to %x" : "--%s %s: not %u to %u", name, optarg,
		    min, max);
	return value;
}

static unsigned int modulus(const char *name)
{
	unsigned int value = number(name, 10, 4, 4096);

	if (value & (value - 1))
		die("--%s %s: not a power of 2", name, optarg);
	return value;
}

static void set_speed(struct modem_config *c)
{
	if (!strcmp(optarg, "super"))
		c->super = true;
	else if (!strcmp(optarg, "high"))
		c->super = false;
	else
		die("--speed %s: neither high nor super", optarg);
}

/* Options of the process and the USB device. False: it is another one. */
static bool set_device_option(struct modem_config *c, int option)
{
	switch (option) {
	case OPT_DAEMON:
		c->daemon = true;
		return true;
	case OPT_SOCKET:
		c->socket_path = optarg;
		return true;
	case OPT_PID_FILE:
		c->pid_file = optarg;
		return true;
	case OPT_VERBOSE:
		c->verbose = true;
		return true;
	case OPT_PORT:
		c->port = number("port", 10, 0, 255);
		return true;
	case OPT_SPEED:
		set_speed(c);
		return true;
	case OPT_VENDOR:
		c->vendor = number("vendor", 16, 0, 0xffff);
		return true;
	case OPT_PRODUCT:
		c->product = number("product", 16, 0, 0xffff);
		return true;
	case OPT_SERIAL:
		c->serial = optarg;
		return true;
	default:
		return false;
	}
}

static void set_modem_option(struct modem_config *c, int option)
{
	switch (option) {
	case OPT_MAX_SESSIONS:
		c->max_sessions = number("max-sessions", 10, 0, MAX_SESSIONS);
		break;
	case OPT_MAX_DATAGRAM:
		c->max_datagram = number("max-datagram", 10, MBIM_MIN_DATAGRAM, 65535);
		break;
	case OPT_MTU:
		c->mtu = number("mtu", 10, 0, 65535);
		break;
	case OPT_MAX_CONTROL:
		c->max_control = number("max-control", 10, MBIM_MIN_CONTROL, MBIM_MAX_CONTROL);
		break;
	case OPT_NTB_MAX:
		c->ntb_max = number("ntb-max", 10, NTB_MIN, NTB_MAX);
		break;
	case OPT_NTB_DATAGRAMS:
		c->ntb_datagrams = number("ntb-datagrams", 10, 0, 65535);
		break;
	case OPT_NDP_MODULUS:
		c->ndp_modulus = modulus("ndp-modulus");
		break;
	case OPT_MODULUS:
		c->modulus = modulus("modulus");
		break;
	case OPT_REMAINDER:
		c->remainder = number("remainder", 10, 0, 4095);
		break;
	case OPT_NMEA_INTERVAL:
		c->nmea_interval = number("nmea-interval", 10, 1, 3600000);
		break;
	case OPT_NDP_END:
		c->ndp_end = true;
		break;
	case OPT_NO_ZLP:
		c->no_zlp = true;
		break;
	case OPT_HELP:
		print_help();
		exit(0);
	default:
		/* getopt has said what is wrong */
		fputs("mbim-sim: see mbim-sim --help\n", stderr);
		exit(2);
	}
}

static void check(struct modem_config *c)
{
	static char serial[32] = "mbim-sim";

	if (c->remainder >= c->modulus)
		die("--remainder %u: not less than --modulus %u", c->remainder, c->modulus);
	if (c->max_datagram + NTH16_SIZE + NDP16_MIN_SIZE + c->modulus + c->remainder +
	    c->ndp_modulus > c->ntb_max)
		die("--ntb-max %u: no room for a datagram of %u bytes", c->ntb_max,
		    c->max_datagram);
	if (c->vendor == VENDOR_NDP_END)
		c->ndp_end = true;
	if (c->vendor == VENDOR_NO_ZLP)
		c->no_zlp = true;
	if (!c->serial) {
		if (c->port >= 0)
			snprintf(serial, sizeof(serial), "mbim-sim-%d", c->port);
		c->serial = serial;
	}
}

/* mbim-sim ctl [--socket PATH] COMMAND... */
static void client(int argc, char **argv) __attribute__((noreturn));

static void client(int argc, char **argv)
{
	const char *path = DEFAULT_SOCKET;

	if (argc >= 2 && !strcmp(argv[0], "--socket")) {
		path = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (!argc)
		die("ctl: no command");
	exit(control_send(path, argv, argc));
}

void options_parse(int argc, char **argv, struct modem_config *config)
{
	int option;

	*config = (struct modem_config){
		.socket_path = DEFAULT_SOCKET,
		.port = -1,
		.vendor = DEFAULT_VENDOR,
		.product = DEFAULT_PRODUCT,
		.max_sessions = 16,
		.max_datagram = MBIM_MIN_DATAGRAM,
		.mtu = 1500,
		.max_control = 4096,
		.ntb_max = 16384,
		.ndp_modulus = 4,
		.modulus = 4,
		.nmea_interval = 200,
	};
	if (argc >= 2 && !strcmp(argv[1], "ctl"))
		client(argc - 2, argv + 2);
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!set_device_option(config, option))
			set_modem_option(config, option);
	if (optind < argc)
		die("unknown argument %s", argv[optind]);
	check(config);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Descriptors of a device with one MBIM function (MBIM 1.0, chapter 6): a
 * control interface with an interrupt endpoint, a data interface with no
 * endpoints in alternate setting 0 and two bulk ones in alternate setting 1.
 */
#include <linux/usb/cdc.h>
#include <linux/usb/ch9.h>
#include <string.h>

#include "bytes.h"
#include "descriptors.h"
#include "modem.h"

#define MAX_POWER_MA		500
/* bmNetworkCapabilities: Get/SetMaxDatagramSize */
#define CAP_MAX_DATAGRAM	USB_CDC_NCM_NCAP_MAX_DATAGRAM_SIZE
#define MBIM_PROTOCOL		2	/* bInterfaceProtocol of the data interface */

enum { STRING_NONE, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL };

/* Appends @size bytes and returns where they went. */
static void *put(uint8_t *out, size_t *len, const void *bytes, size_t size)
{
	void *at = out + *len;

	memcpy(at, bytes, size);
	*len += size;
	return at;
}

static size_t put_device(const struct modem_config *c, uint8_t *out)
{
	struct usb_device_descriptor d = {
		.bLength = sizeof(d),
		.bDescriptorType = USB_DT_DEVICE,
		.bcdUSB = htole16(c->super ? 0x0300 : 0x0200),
		.bDeviceClass = USB_CLASS_MISC,
		.bDeviceSubClass = 2,		/* interface association */
		.bDeviceProtocol = 1,
		.bMaxPacketSize0 = c->super ? 9 : 64,	/* 2^9 for SuperSpeed */
		.idVendor = htole16(c->vendor),
		.idProduct = htole16(c->product),
		.bcdDevice = htole16(0x0100),
		.iManufacturer = STRING_MANUFACTURER,
		.iProduct = STRING_PRODUCT,
		.iSerialNumber = STRING_SERIAL,
		.bNumConfigurations = 1,
	};

	memcpy(out, &d, sizeof(d));
	return sizeof(d);
}

static void put_endpoint(const struct modem_config *c, uint8_t *out, size_t *len,
			 uint8_t address, uint8_t type)
{
	uint16_t bulk_packet = c->super ? 1024 : 512;
	struct usb_endpoint_descriptor d = {
		.bLength = USB_DT_ENDPOINT_SIZE,
		.bDescriptorType = USB_DT_ENDPOINT,
		.bEndpointAddress = address,
		.bmAttributes = type,
		.wMaxPacketSize = htole16(type == USB_ENDPOINT_XFER_BULK ? bulk_packet : 16),
		.bInterval = type == USB_ENDPOINT_XFER_BULK ? 0 : 9,	/* 32 ms */
	};
	struct usb_ss_ep_comp_descriptor companion = {
		.bLength = sizeof(companion),
		.bDescriptorType = USB_DT_SS_ENDPOINT_COMP,
		.wBytesPerInterval = htole16(type == USB_ENDPOINT_XFER_BULK ? 0 : 16),
	};

	put(out, len, &d, USB_DT_ENDPOINT_SIZE);
	if (c->super)
		put(out, len, &companion, sizeof(companion));
}

static void put_interface(uint8_t *out, size_t *len, uint8_t number, uint8_t alternate,
			  uint8_t endpoints)
{
	bool control = number == CONTROL_INTERFACE;
	struct usb_interface_descriptor d = {
		.bLength = sizeof(d),
		.bDescriptorType = USB_DT_INTERFACE,
		.bInterfaceNumber = number,
		.bAlternateSetting = alternate,
		.bNumEndpoints = endpoints,
		.bInterfaceClass = control ? USB_CLASS_COMM : USB_CLASS_CDC_DATA,
		.bInterfaceSubClass = control ? USB_CDC_SUBCLASS_MBIM : 0,
		.bInterfaceProtocol = control ? USB_CDC_PROTO_NONE : MBIM_PROTOCOL,
	};

	put(out, len, &d, sizeof(d));
}

static void put_functional(const struct modem_config *c, uint8_t *out, size_t *len)
{
	struct usb_cdc_header_desc header = {
		.bLength = sizeof(header),
		.bDescriptorType = USB_DT_CS_INTERFACE,
		.bDescriptorSubType = USB_CDC_HEADER_TYPE,
		.bcdCDC = htole16(0x0120),
	};
	struct usb_cdc_union_desc joined = {
		.bLength = sizeof(joined),
		.bDescriptorType = USB_DT_CS_INTERFACE,
		.bDescriptorSubType = USB_CDC_UNION_TYPE,
		.bMasterInterface0 = CONTROL_INTERFACE,
		.bSlaveInterface0 = DATA_INTERFACE,
	};
	struct usb_cdc_mbim_desc mbim = {
		.bLength = sizeof(mbim),
		.bDescriptorType = USB_DT_CS_INTERFACE,
		.bDescriptorSubType = USB_CDC_MBIM_TYPE,
		.bcdMBIMVersion = htole16(0x0100),
		.wMaxControlMessage = htole16(c->max_control),
		.bNumberFilters = 16,
		.bMaxFilterSize = 192,
		.wMaxSegmentSize = htole16(c->max_datagram),
		.bmNetworkCapabilities = CAP_MAX_DATAGRAM,
	};
	struct usb_cdc_mbim_extended_desc extended = {
		.bLength = sizeof(extended),
		.bDescriptorType = USB_DT_CS_INTERFACE,
		.bDescriptorSubType = USB_CDC_MBIM_EXTENDED_TYPE,
		.bcdMBIMExtendedVersion = htole16(0x0100),
		.bMaxOutstandingCommandMessages = MBIM_MAX_OUTSTANDING,
		.wMTU = htole16(c->mtu),
	};

	put(out, len, &header, sizeof(header));
	put(out, len, &joined, sizeof(joined));
	put(out, len, &mbim, sizeof(mbim));
	put(out, len, &extended, sizeof(extended));
}

static size_t put_configuration(const struct modem_config *c, uint8_t *out)
{
	struct usb_config_descriptor config = {
		.bLength = USB_DT_CONFIG_SIZE,
		.bDescriptorType = USB_DT_CONFIG,
		.bNumInterfaces = 2,
		.bConfigurationValue = 1,
		.bmAttributes = USB_CONFIG_ATT_ONE | USB_CONFIG_ATT_WAKEUP,
		/* in units of 8 mA or 2 mA */
		.bMaxPower = MAX_POWER_MA / (c->super ? 8 : 2),
	};
	struct usb_interface_assoc_descriptor association = {
		.bLength = sizeof(association),
		.bDescriptorType = USB_DT_INTERFACE_ASSOCIATION,
		.bFirstInterface = CONTROL_INTERFACE,
		.bInterfaceCount = 2,
		.bFunctionClass = USB_CLASS_COMM,
		.bFunctionSubClass = USB_CDC_SUBCLASS_MBIM,
		.bFunctionProtocol = USB_CDC_PROTO_NONE,
	};
	size_t len = 0;

	put(out, &len, &config, USB_DT_CONFIG_SIZE);
	put(out, &len, &association, sizeof(association));
	put_interface(out, &len, CONTROL_INTERFACE, 0, 1);
	put_functional(c, out, &len);
	put_endpoint(c, out, &len, ENDPOINT_INTERRUPT, USB_ENDPOINT_XFER_INT);
	put_interface(out, &len, DATA_INTERFACE, 0, 0);
	put_interface(out, &len, DATA_INTERFACE, 1, 2);
	put_endpoint(c, out, &len, ENDPOINT_IN, USB_ENDPOINT_XFER_BULK);
	put_endpoint(c, out, &len, ENDPOINT_OUT, USB_ENDPOINT_XFER_BULK);
	put_le16(out + 2, len);		/* wTotalLength */
	return len;
}

/* Only SuperSpeed devices have one. */
static size_t put_bos(uint8_t *out)
{
	struct usb_bos_descriptor bos = {
		.bLength = USB_DT_BOS_SIZE,
		.bDescriptorType = USB_DT_BOS,
		.bNumDeviceCaps = 2,
	};
	struct usb_ext_cap_descriptor usb2 = {
		.bLength = USB_DT_USB_EXT_CAP_SIZE,
		.bDescriptorType = USB_DT_DEVICE_CAPABILITY,
		.bDevCapabilityType = USB_CAP_TYPE_EXT,
	};
	struct usb_ss_cap_descriptor super = {
		.bLength = USB_DT_USB_SS_CAP_SIZE,
		.bDescriptorType = USB_DT_DEVICE_CAPABILITY,
		.bDevCapabilityType = USB_SS_CAP_TYPE,
		.wSpeedSupported = htole16(USB_5GBPS_OPERATION | USB_HIGH_SPEED_OPERATION),
		.bFunctionalitySupport = 2,	/* works from high speed on */
		.bU1devExitLat = 1,
		.bU2DevExitLat = htole16(500),
	};
	size_t len = 0;

	put(out, &len, &bos, USB_DT_BOS_SIZE);
	put(out, &len, &usb2, USB_DT_USB_EXT_CAP_SIZE);
	put(out, &len, &super, USB_DT_USB_SS_CAP_SIZE);
	put_le16(out + 2, len);
	return len;
}

static size_t put_string(uint8_t *out, const char *text)
{
	size_t n = strlen(text);

	if (n > 126)
		n = 126;
	out[0] = 2 + 2 * n;
	out[1] = USB_DT_STRING;
	for (size_t i = 0; i < n; i++)
		put_le16(out + 2 + 2 * i, (uint8_t)text[i]);
	return out[0];
}

static size_t put_string_of(const struct modem_config *c, uint8_t index, uint8_t *out)
{
	static const uint8_t languages[] = { 4, USB_DT_STRING, 0x09, 0x04 };	/* en-US */

	switch (index) {
	case STRING_NONE:
		memcpy(out, languages, sizeof(languages));
		return sizeof(languages);
	case STRING_MANUFACTURER:
		return put_string(out, "mbim-dss");
	case STRING_PRODUCT:
		return put_string(out, "Virtual MBIM modem");
	case STRING_SERIAL:
		return put_string(out, c->serial);
	default:
		return 0;
	}
}

size_t descriptor_get(const struct modem_config *config, uint16_t value, uint8_t *out)
{
	uint8_t index = value;

	switch (value >> 8) {
	case USB_DT_DEVICE:
		return put_device(config, out);
	case USB_DT_CONFIG:
		return index ? 0 : put_configuration(config, out);
	case USB_DT_STRING:
		return put_string_of(config, index, out);
	case USB_DT_BOS:
		return config->super ? put_bos(out) : 0;
	default:
		return 0;
	}
}

/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mbim_dss

#if !defined(MBIM_DSS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MBIM_DSS_TRACE_H

#include <linux/tracepoint.h>

/* The end of an open (op 1) or close (op 2); error is an errno */
TRACE_EVENT(mbim_dss_request,
	TP_PROTO(u32 modem, u32 session, u32 op, u32 error, u32 mbim_status),
	TP_ARGS(modem, session, op, error, mbim_status),
	TP_STRUCT__entry(
		__field(u32, modem)
		__field(u32, session)
		__field(u32, op)
		__field(u32, error)
		__field(u32, mbim_status)
	),
	TP_fast_assign(
		__entry->modem = modem;
		__entry->session = session;
		__entry->op = op;
		__entry->error = error;
		__entry->mbim_status = mbim_status;
	),
	TP_printk("dss%us%u %s error=%u mbim_status=%u", __entry->modem, __entry->session,
		  __entry->op == 1 ? "open" : "close", __entry->error, __entry->mbim_status)
);

/* Datagrams that a write or SEND has had accepted */
TRACE_EVENT(mbim_dss_write,
	TP_PROTO(u32 modem, u32 session, u32 datagrams, size_t bytes, int error),
	TP_ARGS(modem, session, datagrams, bytes, error),
	TP_STRUCT__entry(
		__field(u32, modem)
		__field(u32, session)
		__field(u32, datagrams)
		__field(size_t, bytes)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->modem = modem;
		__entry->session = session;
		__entry->datagrams = datagrams;
		__entry->bytes = bytes;
		__entry->error = error;
	),
	TP_printk("dss%us%u datagrams=%u bytes=%zu error=%d", __entry->modem, __entry->session,
		  __entry->datagrams, __entry->bytes, __entry->error)
);

DECLARE_EVENT_CLASS(mbim_dss_ntb,
	TP_PROTO(u32 modem, u32 session, u32 datagrams, u32 bytes, int status),
	TP_ARGS(modem, session, datagrams, bytes, status),
	TP_STRUCT__entry(
		__field(u32, modem)
		__field(u32, session)
		__field(u32, datagrams)
		__field(u32, bytes)
		__field(int, status)
	),
	TP_fast_assign(
		__entry->modem = modem;
		__entry->session = session;
		__entry->datagrams = datagrams;
		__entry->bytes = bytes;
		__entry->status = status;
	),
	TP_printk("dss%us%u datagrams=%u bytes=%u status=%d", __entry->modem, __entry->session,
		  __entry->datagrams, __entry->bytes, __entry->status)
);

/* An NTB is handed to the USB host controller; status: whether it took it */
DEFINE_EVENT(mbim_dss_ntb, mbim_dss_ntb_submit,
	TP_PROTO(u32 modem, u32 session, u32 datagrams, u32 bytes, int status),
	TP_ARGS(modem, session, datagrams, bytes, status)
);

/* Its transfer has ended; status: as its writes see it */
DEFINE_EVENT(mbim_dss_ntb, mbim_dss_ntb_complete,
	TP_PROTO(u32 modem, u32 session, u32 datagrams, u32 bytes, int status),
	TP_ARGS(modem, session, datagrams, bytes, status)
);

DECLARE_EVENT_CLASS(mbim_dss_datagram,
	TP_PROTO(u32 modem, u32 session, u32 bytes, u32 queued),
	TP_ARGS(modem, session, bytes, queued),
	TP_STRUCT__entry(
		__field(u32, modem)
		__field(u32, session)
		__field(u32, bytes)
		__field(u32, queued)
	),
	TP_fast_assign(
		__entry->modem = modem;
		__entry->session = session;
		__entry->bytes = bytes;
		__entry->queued = queued;
	),
	TP_printk("dss%us%u bytes=%u queued=%u", __entry->modem, __entry->session,
		  __entry->bytes, __entry->queued)
);

/* A datagram was received; queued: bytes that wait with it */
DEFINE_EVENT(mbim_dss_datagram, mbim_dss_receive,
	TP_PROTO(u32 modem, u32 session, u32 bytes, u32 queued),
	TP_ARGS(modem, session, bytes, queued)
);

/* A datagram received was dropped: no room, or no memory */
DEFINE_EVENT(mbim_dss_datagram, mbim_dss_drop,
	TP_PROTO(u32 modem, u32 session, u32 bytes, u32 queued),
	TP_ARGS(modem, session, bytes, queued)
);

#endif /* MBIM_DSS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

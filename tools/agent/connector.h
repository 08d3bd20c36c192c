/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connects and disconnects the sessions of one modem: MBIM_CID_DSS_CONNECT.
 *
 * Jobs for one session are carried out one after the other in the order in
 * which they came, those for different sessions side by side, as many as the
 * modem takes; the others wait their turn. Each has a deadline, counted from its
 * arrival, whether the modem can be reached or not.
 */
#ifndef AGENT_CONNECTOR_H
#define AGENT_CONNECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include <libmbim-glib.h>

#include "message.h"

struct connector;

/** struct connector_ops - what the owner is told, from the main loop */
struct connector_ops {
	/** a request of the kernel has ended */
	void (*reply)(void *data, uint64_t id, uint32_t error, uint32_t status);
	/** a session could not be asserted */
	void (*lost)(void *data, uint32_t session, uint32_t error, uint32_t status);
	/** every session that was to be asserted is so, or was told as lost */
	void (*restored)(void *data);
	/** the channel is no good: connector_stop() is expected, soon a start */
	void (*broken)(void *data, const char *why);
	/** connector_leave() is done; the connector must not be freed from within */
	void (*left)(void *data);
};

/**
 * connector_new - no channel yet: jobs wait
 * @name: of the modem, for the log; must outlive the connector
 * @timeout: seconds for a job
 */
struct connector *connector_new(const char *name, unsigned int timeout,
				const struct connector_ops *ops, void *data);

/** connector_free - requests that have not ended do so with ENODEV */
void connector_free(struct connector *connector);

/**
 * connector_start - the channel is open: carry out what waits
 * @at_a_time: commands that may wait for an answer, 1 or more; one whose deadline has
 *	passed counts no more
 */
void connector_start(struct connector *connector, MbimDevice *channel, unsigned int at_a_time);

/**
 * connector_stop - the channel is to be closed
 *
 * Requests under way go back to their place in the queue; what a start makes
 * anew (assertions) is dropped.
 */
void connector_stop(struct connector *connector);

/**
 * connector_request - carry out a request of the kernel
 * @again: the modem may have done it already, for another agent
 */
void connector_request(struct connector *connector, const struct message_request *request,
		       bool again);

/**
 * connector_assert - connect a session again that the kernel has as open
 *
 * To be called between stop and start. It goes before what waits for the session.
 */
void connector_assert(struct connector *connector, uint32_t session,
		      const uint8_t uuid[MBIM_DSS_UUID_SIZE]);

/**
 * connector_leave - the kernel has the modem no more: disconnect what is connected
 *
 * Every request ends with ENODEV. Each session that was connected for one, or may have
 * been, is disconnected; when that is answered, or has taken the quarter of a job's
 * time, connector_ops.left is called, unless the channel is told as broken before.
 * Nothing but stop and free may be called from then on.
 *
 * Return: how many sessions that are; 0: none, or the connector is stopped, and
 * connector_ops.left is not called.
 */
unsigned int connector_leave(struct connector *connector);

#endif /* AGENT_CONNECTOR_H */

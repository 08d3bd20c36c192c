// SPDX-License-Identifier: GPL-2.0
/*
 * The module: what it registers, in order, and takes down in the opposite one.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "dss.h"

#define DSS_MINORS	(MBIM_DSS_MAX_MODEMS * MBIM_DSS_MAX_SESSIONS)

static struct cdev dss_cdev;

static int dss_nodes_register(void)
{
	int err;

	err = alloc_chrdev_region(&dss_devt, 0, DSS_MINORS, "mbim_dss");
	if (err)
		return err;
	cdev_init(&dss_cdev, &dss_node_fops);
	dss_cdev.owner = THIS_MODULE;
	err = cdev_add(&dss_cdev, dss_devt, DSS_MINORS);
	if (err)
		unregister_chrdev_region(dss_devt, DSS_MINORS);
	return err;
}

static void dss_nodes_unregister(void)
{
	cdev_del(&dss_cdev);
	unregister_chrdev_region(dss_devt, DSS_MINORS);
}

static int __init mbim_dss_init(void)
{
	int err;

	err = dss_queue_start();
	if (err)
		return err;
	err = -ENOMEM;
	dss_wq = alloc_workqueue("mbim_dss", WQ_FREEZABLE | WQ_UNBOUND, 0);
	if (!dss_wq)
		goto stop_queues;
	dss_io_wq = alloc_workqueue("mbim_dss_io", WQ_FREEZABLE | WQ_UNBOUND, 0);
	if (!dss_io_wq)
		goto destroy_workqueue;
	err = class_register(&dss_class);
	if (err)
		goto destroy_io_workqueue;
	err = dss_nodes_register();
	if (err)
		goto unregister_class;
	err = dss_agent_register();
	if (err)
		goto unregister_nodes;
	err = dss_modem_start();
	if (err)
		goto unregister_agent;
	err = dss_control_register();
	if (err)
		goto stop_modems;
	return 0;

stop_modems:
	dss_modem_stop();
unregister_agent:
	dss_agent_unregister();
unregister_nodes:
	dss_nodes_unregister();
unregister_class:
	class_unregister(&dss_class);
destroy_io_workqueue:
	destroy_workqueue(dss_io_wq);
destroy_workqueue:
	destroy_workqueue(dss_wq);
	rcu_barrier();
stop_queues:
	dss_queue_stop();
	return err;
}

static void __exit mbim_dss_exit(void)
{
	dss_control_unregister();
	dss_modem_stop();
	dss_agent_unregister();
	dss_nodes_unregister();
	/* the last references to sessions and modems go in works of the second */
	destroy_workqueue(dss_io_wq);
	destroy_workqueue(dss_wq);
	class_unregister(&dss_class);
	rcu_barrier();
	dss_queue_stop();
}

module_init(mbim_dss_init);
module_exit(mbim_dss_exit);

MODULE_DESCRIPTION("MBIM device service sessions as character devices");
MODULE_AUTHOR("The mbim-dss developers");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: cdc_mbim");

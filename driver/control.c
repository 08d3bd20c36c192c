// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/mbim/control: every open of it is a handle.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "dss.h"
#include "uapi.h"

#define DSS_FEATURES	(MBIM_DSS_FEATURE_ATTACH | MBIM_DSS_FEATURE_PERSIST | \
			 MBIM_DSS_FEATURE_AIO | MBIM_DSS_FEATURE_RX_DOWN)

/* The one end of a request of this handle */
void dss_handle_complete(struct dss_handle *h, struct dss_outcome *outcome, u32 error,
			 u32 mbim_status)
{
	outcome->completion.error = error;
	outcome->completion.mbim_status = mbim_status;
	outcome->completion.time_ns = ktime_get_ns();
	spin_lock(&h->lock);
	list_add_tail(&outcome->list, &h->outcomes);
	spin_unlock(&h->lock);
	wake_up_interruptible(&h->wait);
}

static int dss_control_open(struct inode *inode, struct file *file)
{
	struct dss_handle *h;

	h = kzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);
	if (!h)
		return -ENOMEM;
	INIT_LIST_HEAD(&h->sessions);
	INIT_LIST_HEAD(&h->requests);
	INIT_LIST_HEAD(&h->outcomes);
	spin_lock_init(&h->lock);
	init_waitqueue_head(&h->wait);
	file->private_data = h;
	return stream_open(inode, file);
}

static int dss_control_release(struct inode *inode, struct file *file)
{
	struct dss_handle *h = file->private_data;
	struct dss_outcome *outcome, *tmp;

	dss_request_release(h);
	list_for_each_entry_safe(outcome, tmp, &h->outcomes, list)
		kfree(outcome);
	kfree(h);
	return 0;
}

static struct dss_outcome *dss_handle_next(struct dss_handle *h)
{
	struct dss_outcome *outcome;

	spin_lock(&h->lock);
	outcome = list_first_entry_or_null(&h->outcomes, struct dss_outcome, list);
	if (outcome)
		list_del(&outcome->list);
	spin_unlock(&h->lock);
	return outcome;
}

/* Give back what could not be copied: it stays the first, and who has come meanwhile may have it */
static void dss_handle_unread(struct dss_handle *h, struct dss_outcome *outcome)
{
	spin_lock(&h->lock);
	list_add(&outcome->list, &h->outcomes);
	spin_unlock(&h->lock);
	wake_up_interruptible(&h->wait);
}

static void dss_handle_done(struct dss_handle *h, struct dss_outcome *outcome)
{
	spin_lock(&h->lock);
	h->outstanding--;
	spin_unlock(&h->lock);
	kfree(outcome);
}

/* Whole completion records; at least one, or it waits */
static ssize_t dss_control_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	const size_t size = sizeof(struct mbim_dss_completion);
	struct dss_handle *h = file->private_data;
	struct dss_outcome *outcome;
	size_t done = 0;
	int err;

	if (len < size)
		return -EINVAL;
	while (len - done >= size) {
		outcome = dss_handle_next(h);
		if (!outcome) {
			if (done)
				break;
			if (file->f_flags & O_NONBLOCK)
				return -EAGAIN;
			err = wait_event_interruptible(h->wait, !list_empty_careful(&h->outcomes));
			if (err)
				return err;
			continue;
		}
		if (copy_to_user(buf + done, &outcome->completion, size)) {
			dss_handle_unread(h, outcome);
			return done ? done : -EFAULT;
		}
		dss_handle_done(h, outcome);
		done += size;
	}
	return done;
}

static __poll_t dss_control_poll(struct file *file, poll_table *wait)
{
	struct dss_handle *h = file->private_data;

	poll_wait(file, &h->wait, wait);
	return list_empty_careful(&h->outcomes) ? 0 : EPOLLIN | EPOLLRDNORM;
}

static long dss_control_hello(struct file *file, void *arg)
{
	struct dss_handle *h = file->private_data;
	struct mbim_dss_hello *hello = arg;

	if (hello->reserved)
		return -EINVAL;
	hello->version = dss_decide_version(hello->version);
	if (!hello->version)
		return -EPROTONOSUPPORT;
	hello->size = sizeof(*hello);
	hello->features = DSS_FEATURES;
	WRITE_ONCE(h->version, hello->version);
	return 0;
}

/*
 * An array for user space is gathered under dss_mutex and copied without it: @count elements
 * of @size bytes at @entries, of which as many are copied as the caller has room for.
 */
static long dss_control_copy_list(struct mbim_dss_list *list, const void *entries, u32 size,
				  u32 count)
{
	void __user *to = u64_to_user_ptr(list->entries);
	u32 stride = list->entry_size;
	u32 i, n = min(count, list->capacity);

	/* who only asks how many there are has no entries */
	if (list->capacity && !stride)
		return -EINVAL;
	/* as for the size of a structure; clearing what follows is bounded, too */
	if (list->capacity && stride > PAGE_SIZE)
		return -E2BIG;
	for (i = 0; i < n; i++) {
		if (copy_to_user(to + (size_t)i * stride, entries + (size_t)i * size,
				 min(size, stride)))
			return -EFAULT;
		if (stride > size &&
		    clear_user(to + (size_t)i * stride + size, stride - size))
			return -EFAULT;
	}
	list->count = count;
	list->entry_size = size;
	return 0;
}

static long dss_control_modems(struct file *file, void *arg)
{
	struct mbim_dss_list *list = arg;
	struct mbim_dss_modem *entries;
	struct dss_modem *m;
	u32 n = 0;
	long ret;

	if (list->modem)
		return -EINVAL;
	entries = kcalloc(MBIM_DSS_MAX_MODEMS, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	mutex_lock(&dss_mutex);
	list_for_each_entry(m, &dss_modems, list)
		dss_modem_fill(m, &entries[n++]);
	mutex_unlock(&dss_mutex);
	ret = dss_control_copy_list(list, entries, sizeof(*entries), n);
	kfree(entries);
	return ret;
}

static struct mbim_dss_service *dss_control_gather_services(u32 modem, u32 *n)
{
	struct mbim_dss_service *entries;
	struct dss_service *svc;
	struct dss_modem *m;

	lockdep_assert_held(&dss_mutex);
	m = dss_modem_find(modem);
	if (!m)
		return ERR_PTR(-ENODEV);
	if (!m->probed)
		return ERR_PTR(-EAGAIN);
	*n = 0;
	list_for_each_entry(svc, &m->services, list)
		(*n)++;
	entries = kvcalloc(*n + 1, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return ERR_PTR(-ENOMEM);
	*n = 0;
	list_for_each_entry(svc, &m->services, list) {
		entries[*n] = svc->info;
		entries[*n].open_sessions = dss_modem_instances(m, svc->info.uuid);
		(*n)++;
	}
	return entries;
}

static long dss_control_services(struct file *file, void *arg)
{
	struct mbim_dss_list *list = arg;
	struct mbim_dss_service *entries;
	u32 n;
	long ret;

	mutex_lock(&dss_mutex);
	entries = dss_control_gather_services(list->modem, &n);
	mutex_unlock(&dss_mutex);
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	ret = dss_control_copy_list(list, entries, sizeof(*entries), n);
	kvfree(entries);
	return ret;
}

static void dss_control_gather_sessions(struct dss_modem *m, struct mbim_dss_session *entries,
					u32 *n)
{
	struct dss_session *s;
	u32 id;

	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id++) {
		s = dss_session_lookup(m, id);
		if (s)
			dss_session_fill(s, &entries[(*n)++]);
	}
}

static long dss_control_sessions(struct file *file, void *arg)
{
	struct mbim_dss_list *list = arg;
	struct mbim_dss_session *entries;
	struct dss_modem *m;
	u32 total = 0, n = 0;
	long ret = -ENODEV;

	mutex_lock(&dss_mutex);
	if (list->modem != MBIM_DSS_MODEM_ANY && !dss_modem_find(list->modem))
		goto unlock;
	list_for_each_entry(m, &dss_modems, list)
		if (list->modem == MBIM_DSS_MODEM_ANY || list->modem == m->index)
			total += m->nsessions;
	ret = -ENOMEM;
	entries = kvcalloc(total + 1, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		goto unlock;
	list_for_each_entry(m, &dss_modems, list)
		if (list->modem == MBIM_DSS_MODEM_ANY || list->modem == m->index)
			dss_control_gather_sessions(m, entries, &n);
	mutex_unlock(&dss_mutex);
	ret = dss_control_copy_list(list, entries, sizeof(*entries), n);
	kvfree(entries);
	return ret;

unlock:
	mutex_unlock(&dss_mutex);
	return ret;
}

static long dss_control_do_open(struct file *file, void *arg)
{
	return dss_request_open(file->private_data, arg);
}

static long dss_control_do_close(struct file *file, void *arg)
{
	return dss_request_close(file->private_data, arg);
}

static long dss_control_cancel(struct file *file, void *arg)
{
	struct mbim_dss_cancel *cancel = arg;

	return dss_request_cancel(file->private_data, cancel->request_id);
}

static const struct dss_ioctl dss_control_ioctls[] = {
	{ MBIM_DSS_IOC_HELLO, sizeof(struct mbim_dss_hello), 0, false, dss_control_hello },
	{ MBIM_DSS_IOC_MODEMS, sizeof(struct mbim_dss_list), 0, false, dss_control_modems },
	{ MBIM_DSS_IOC_SERVICES, sizeof(struct mbim_dss_list), 0, false, dss_control_services },
	{ MBIM_DSS_IOC_SESSIONS, sizeof(struct mbim_dss_list), 0, false, dss_control_sessions },
	{ MBIM_DSS_IOC_OPEN, sizeof(struct mbim_dss_open),
	  MBIM_DSS_OPEN_PERSIST | MBIM_DSS_OPEN_ATTACH, false, dss_control_do_open },
	{ MBIM_DSS_IOC_CLOSE, sizeof(struct mbim_dss_close), 0, false, dss_control_do_close },
	{ MBIM_DSS_IOC_CANCEL, sizeof(struct mbim_dss_cancel), 0, false, dss_control_cancel },
};

static bool dss_control_known(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dss_control_ioctls); i++)
		if (dss_control_ioctls[i].cmd == cmd)
			return true;
	return false;
}

static long dss_control_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct dss_handle *h = file->private_data;

	if (!dss_control_known(cmd))
		return -ENOTTY;
	if (cmd != MBIM_DSS_IOC_HELLO && !READ_ONCE(h->version))
		return -EPROTO;
	return dss_ioctl(dss_control_ioctls, ARRAY_SIZE(dss_control_ioctls), file, cmd,
			 (void __user *)arg);
}

static const struct file_operations dss_control_fops = {
	.owner = THIS_MODULE,
	.open = dss_control_open,
	.release = dss_control_release,
	.read = dss_control_read,
	.poll = dss_control_poll,
	.unlocked_ioctl = dss_control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	DSS_NO_LLSEEK
};

static struct miscdevice dss_control_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mbim_dss_control",
	.nodename = "mbim/control",
	.mode = 0600,
	.fops = &dss_control_fops,
};

int dss_control_register(void)
{
	return misc_register(&dss_control_device);
}

void dss_control_unregister(void)
{
	misc_deregister(&dss_control_device);
}

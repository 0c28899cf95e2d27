/* A wide-area link in user space: two TUN devices, each in a network namespace, and what lies between them: one way's
 * delay, rate, queue and loss. It stands in for tc netem, which many kernels lack. Linux, as root.
 *
 * usage: wanlink EDGE ORIGIN COUNTERS DELAY_MICROSECONDS RATE_KBIT QUEUE_BYTES LOSS_PPM
 *
 * EDGE and ORIGIN name namespaces (ip netns); each gets a device called `wan`. The delay is that of one way; rate, queue
 * and loss hold for each way by itself. COUNTERS is a file that becomes a struct wan_counters and is always up to date.
 * It prints "ready", and ends with SIGTERM. -DWAN_LIBRARY leaves main out: tests call the arithmetic. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { to_origin, to_edge, ways };
enum { slots = 16384, packet_max = 1500, addresses = 256 };

/* What was sent, by the last byte of the address at the origin's end. What is lost on the way was sent. */
struct wan_count {
    uint64_t bytes, packets, lost, overflowed;
};
struct wan_counters {
    struct wan_count counts[ways][addresses];
};

/* A bottleneck: packets leave one after the other at the link's rate, and wait for that in a queue. */
struct wan_way {
    uint64_t delay_ns, rate_kbit, queue_bytes, loss_ppm;
    uint64_t free_at_ns; /* when the last byte of what waits has left */
};

/* When a packet that comes now arrives at the other end; 0 if the queue has no room for it. */
uint64_t wan_arrival_ns(struct wan_way *way, uint64_t now_ns, uint64_t length) {
    uint64_t start = way->free_at_ns > now_ns ? way->free_at_ns : now_ns;
    uint64_t waiting_bytes = (start - now_ns) * way->rate_kbit / 8000000;
    if (waiting_bytes + length > way->queue_bytes) return 0;
    way->free_at_ns = start + length * 8000000 / way->rate_kbit;
    return way->free_at_ns + way->delay_ns;
}

/* Whether a packet is lost, by splitmix64. Each address has a sequence of its own and all have the same one: whatever is
 * compared loses its packets of the same numbers. */
int wan_is_lost(uint64_t loss_ppm, uint64_t number) {
    uint64_t z = (number + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % 1000000 < loss_ppm;
}

#ifndef WAN_LIBRARY

struct packet {
    uint64_t arrival_ns;
    uint32_t length;
    uint8_t bytes[packet_max];
};
static struct packet on_the_way[ways][slots];
static uint32_t first[ways], end[ways]; /* count up for ever; modulo `slots` */
static struct wan_way link_ways[ways];
static struct wan_counters *counters;
static volatile sig_atomic_t is_stopped;

static void stop(int signal_number) {
    (void)signal_number;
    is_stopped = 1;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int open_device(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "/var/run/netns/%s", name);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET)) fail(path);
    close(namespace);
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_name = "wan"};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (device < 0 || ioctl(device, TUNSETIFF, &request)) fail("/dev/net/tun");
    return device;
}

/* Late packets would look like a slow link: nothing that is measured comes before this process. */
static void hurry(void) {
    struct sched_param first_of_all = {.sched_priority = 1};
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (sched_setscheduler(0, SCHED_FIFO, &first_of_all) == 0) return;
    if (setpriority(PRIO_PROCESS, 0, -20)) perror("wanlink: no higher priority");
}

static void take(int device, int way) {
    for (int taken = 0; taken < 64; taken++) {
        struct packet *packet = &on_the_way[way][end[way] % slots];
        ssize_t length = read(device, packet->bytes, packet_max);
        if (length <= 0) return;
        if (length < 20 || packet->bytes[0] >> 4 != 4) continue; /* the kernel's own IPv6 */
        struct wan_count *count = &counters->counts[way][packet->bytes[way == to_origin ? 19 : 15]];
        count->bytes += (uint64_t)length;
        if (wan_is_lost(link_ways[way].loss_ppm, count->packets++)) {
            count->lost++;
            continue;
        }
        packet->arrival_ns = wan_arrival_ns(&link_ways[way], now_ns(), (uint64_t)length);
        packet->length = (uint32_t)length;
        if (packet->arrival_ns == 0 || end[way] - first[way] == slots - 1) {
            count->overflowed++;
        } else {
            end[way]++;
        }
    }
}

static void deliver(int device, int way) {
    while (first[way] != end[way] && on_the_way[way][first[way] % slots].arrival_ns <= now_ns()) {
        struct packet *packet = &on_the_way[way][first[way]++ % slots];
        if (write(device, packet->bytes, packet->length) < 0 && errno != EIO) perror("wanlink: write");
    }
}

/* How long until the next packet arrives; a second if none is on the way. */
static struct timespec pause_time(void) {
    uint64_t now = now_ns(), next = now + 1000000000;
    for (int way = 0; way < ways; way++) {
        if (first[way] == end[way]) continue;
        uint64_t arrival = on_the_way[way][first[way] % slots].arrival_ns;
        if (arrival < next) next = arrival;
    }
    uint64_t pause = next > now ? next - now : 0;
    return (struct timespec){(time_t)(pause / 1000000000), (long)(pause % 1000000000)};
}

int main(int count, char **arguments) {
    if (count != 8) {
        fprintf(stderr, "usage: wanlink EDGE ORIGIN COUNTERS DELAY_MICROSECONDS RATE_KBIT QUEUE_BYTES LOSS_PPM\n");
        return 64;
    }
    int file = open(arguments[3], O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ftruncate(file, sizeof *counters)) fail(arguments[3]);
    counters = mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (counters == MAP_FAILED) fail("mmap");
    for (int way = 0; way < ways; way++) {
        link_ways[way] = (struct wan_way){
            .delay_ns = strtoull(arguments[4], NULL, 10) * 1000,
            .rate_kbit = strtoull(arguments[5], NULL, 10),
            .queue_bytes = strtoull(arguments[6], NULL, 10),
            .loss_ppm = strtoull(arguments[7], NULL, 10),
        };
        if (link_ways[way].rate_kbit == 0) fail("a link without a rate");
    }
    int edge = open_device(arguments[1]), origin = open_device(arguments[2]);
    struct sigaction ending = {.sa_handler = stop};
    sigaction(SIGTERM, &ending, NULL);
    sigaction(SIGINT, &ending, NULL);
    hurry();
    puts("ready");
    fflush(stdout);
    while (!is_stopped) {
        struct pollfd devices[] = {{edge, POLLIN, 0}, {origin, POLLIN, 0}};
        struct timespec pause = pause_time();
        if (ppoll(devices, 2, &pause, NULL) < 0 && errno != EINTR) fail("poll");
        deliver(origin, to_origin);
        deliver(edge, to_edge);
        if (devices[0].revents & POLLIN) take(edge, to_origin);
        if (devices[1].revents & POLLIN) take(origin, to_edge);
        if ((devices[0].revents | devices[1].revents) & POLLERR) fail("a device of the link is gone");
    }
    return 0;
}

#endif

// A cache that evicts what was used least recently: a hash table and a list, over keys of which some come often.

#include <stdlib.h>
#include <string.h>

#include "workload.h"

enum { CAPACITY = 2000, BUCKETS = 4096, KEYS = 10000 };

struct entry {
    uint32_t key;
    uint32_t size;
    unsigned char *value;
    struct entry *next_in_bucket;
    struct entry *newer, *older;
};

struct cache {
    struct entry *buckets[BUCKETS];
    struct entry *newest, *oldest;
    uint32_t count;
};

static struct entry **bucket_of(struct cache *cache, uint32_t key) {
    return &cache->buckets[key * 2654435761u >> 20];
}

static struct entry *find(struct cache *cache, uint32_t key) {
    struct entry *entry = *bucket_of(cache, key);
    while (entry && entry->key != key)
        entry = entry->next_in_bucket;
    return entry;
}

static void unlink_entry(struct cache *cache, struct entry *entry) {
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct cache *cache, struct entry *entry) {
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static void evict(struct cache *cache) {
    struct entry *entry = cache->oldest;
    struct entry **link = bucket_of(cache, entry->key);
    while (*link != entry)
        link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    unlink_entry(cache, entry);
    free(entry->value);
    free(entry);
    cache->count--;
}

static struct entry *insert(struct cache *cache, uint32_t key) {
    if (cache->count == CAPACITY)
        evict(cache);
    struct entry *entry = malloc(sizeof *entry);
    entry->key = key;
    entry->size = 32 + key % 480;
    entry->value = malloc(entry->size);
    memset(entry->value, (int)key, entry->size);
    struct entry **bucket = bucket_of(cache, key);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    link_newest(cache, entry);
    cache->count++;
    return entry;
}

uint32_t run(uint32_t n) {
    static struct cache cache;
    uint32_t state = 521288629, sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        // Of two draws the lesser, so that low keys come more often.
        uint32_t first = next_random(&state) % KEYS, second = next_random(&state) % KEYS;
        uint32_t key = first < second ? first : second;
        struct entry *entry = find(&cache, key);
        if (entry) {
            unlink_entry(&cache, entry);
            link_newest(&cache, entry);
        } else {
            entry = insert(&cache, key);
        }
        sum += entry->value[entry->size / 2];
    }
    while (cache.count)
        evict(&cache);
    return sum;
}

#include "app/answer/feed_snapshot.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cruddur::app {
using namespace answer;
namespace {

using namespace std::chrono_literals;
using clock = feed_snapshot::clock;

const clock::time_point epoch{1h};

feed_snapshot::page page_bytes(std::string body) {
    feed_page made;
    made.finished.identity = std::move(body);
    return std::make_shared<const feed_page>(std::move(made));
}

struct feed_snapshot_test : testing::Test {
    feed_snapshot snapshot;
    void SetUp() override { snapshot.hears(true); }

    bool install(std::uint64_t generation, std::string body, clock::time_point until = epoch + 1h) {
        return snapshot.install(generation, page_bytes(std::move(body)), epoch, until);
    }
    [[nodiscard]] std::string current(clock::time_point now = epoch) const {
        const auto found = snapshot.current(now);
        return found ? found->finished.identity : "none";
    }
};

TEST_F(feed_snapshot_test, is_empty_until_a_page_is_installed) {
    EXPECT_EQ(current(), "none");
    EXPECT_TRUE(install(snapshot.generation(), "a"));
    EXPECT_EQ(current(), "a");
}

TEST_F(feed_snapshot_test, is_thrown_away_by_a_commit) {
    install(snapshot.generation(), "a");
    snapshot.invalidate();
    EXPECT_EQ(current(), "none");
}

TEST_F(feed_snapshot_test, never_takes_a_page_whose_statement_was_sent_before_a_commit) {
    const auto before = snapshot.generation();
    snapshot.invalidate();
    EXPECT_FALSE(install(before, "stale"));
    EXPECT_EQ(current(), "none");
    EXPECT_TRUE(install(snapshot.generation(), "fresh"));
    EXPECT_FALSE(install(before, "stale"));
    EXPECT_EQ(current(), "fresh");
}

TEST_F(feed_snapshot_test, ends_when_its_earliest_post_expires) {
    install(snapshot.generation(), "a", epoch + 300ms);
    EXPECT_EQ(current(epoch + 299ms), "a");
    EXPECT_EQ(current(epoch + 300ms), "none");
    EXPECT_FALSE(install(snapshot.generation(), "b", epoch));
}

TEST_F(feed_snapshot_test, is_never_older_than_its_greatest_age) {
    install(snapshot.generation(), "a", epoch + 24h);
    EXPECT_EQ(current(epoch + feed_snapshot::age_max - 1ms), "a");
    EXPECT_EQ(current(epoch + feed_snapshot::age_max), "none");
}

TEST_F(feed_snapshot_test, is_not_there_while_others_are_not_heard) {
    install(snapshot.generation(), "a");
    snapshot.hears(false);
    EXPECT_EQ(current(), "none");
    const auto deaf = snapshot.generation();
    EXPECT_FALSE(install(deaf, "b"));
    snapshot.hears(true);
    EXPECT_EQ(current(), "none");
    EXPECT_FALSE(install(deaf, "b")) << "a statement sent while deaf may have missed a commit";
    EXPECT_TRUE(install(snapshot.generation(), "c"));
}

TEST_F(feed_snapshot_test, gets_its_compressed_encodings_later_unless_it_is_gone) {
    const auto plain = page_bytes("a");
    auto encoded = page_bytes("a, encoded");
    snapshot.install(snapshot.generation(), plain, epoch, epoch + 300ms);
    snapshot.replace(plain, encoded);
    EXPECT_EQ(current(), "a, encoded");
    EXPECT_EQ(current(epoch + 300ms), "none") << "its time is the plain page's";
    install(snapshot.generation(), "b");
    snapshot.replace(plain, encoded);
    EXPECT_EQ(current(), "b");
}

TEST_F(feed_snapshot_test, never_shows_a_reader_less_than_was_acknowledged_before_it_came) {
    // The database is one counter. A writer commits by raising it, then invalidates, then is answered.
    std::atomic<int> committed{0};
    std::atomic<int> acknowledged{0};
    std::atomic<bool> stop{false};
    std::atomic<int> breaches{0};
    std::atomic<int> hits{0};
    std::vector<std::jthread> threads;
    for (int reader = 0; reader < 2; ++reader)
        threads.emplace_back([&] {
            while (!stop) {
                const int known = acknowledged.load();
                int seen = 0;
                if (const auto found = snapshot.current(clock::now())) {
                    seen = std::stoi(found->finished.identity);
                    ++hits;
                } else {
                    const auto generation = snapshot.generation();
                    seen = committed.load();
                    snapshot.install(generation, page_bytes(std::to_string(seen)), clock::now(),
                                     clock::now() + 1s);
                }
                if (seen < known) ++breaches;
            }
        });
    for (int write = 0; write < 20'000; ++write) {
        ++committed;
        snapshot.invalidate();
        ++acknowledged;
        if (write % 16 == 0) std::this_thread::yield();
    }
    while (hits == 0)
        std::this_thread::yield();
    stop = true;
    threads.clear();
    EXPECT_EQ(breaches, 0);
}

} // namespace
} // namespace cruddur::app

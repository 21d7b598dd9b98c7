#include "cloud/door/services.hpp"
#include "cloud/ground/state.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <span>

using namespace cruddur::cloud::door;
using namespace cruddur::cloud::ground;

namespace {

class state_test : public testing::Test {
protected:
    state_test() {
        std::string pattern = std::filesystem::temp_directory_path() / "cruddur-state-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        top_ = pattern;
    }
    ~state_test() override { std::filesystem::remove_all(top_); }

    std::filesystem::path top_;
};

std::int64_t count(state& in) {
    rows all = in.query("select count(*) from vpc");
    EXPECT_TRUE(all.next());
    return all.integer(0);
}

void insert(state& in, const std::string& id) {
    in.run("insert into vpc (id, region, cidr, is_default, dns_support, dns_hostnames) "
           "values (?, ?, '172.31.0.0/16', 1, 1, 1)",
           id, id);
}

TEST_F(state_test, keeps_what_was_committed_and_nothing_else) {
    {
        state db{top_ / "new" / "folder", all_migrations()};
        transaction kept{db};
        insert(db, "a");
        kept.commit();
        const transaction lost{db};
        insert(db, "b");
    }
    state again{top_ / "new" / "folder", all_migrations()};
    EXPECT_EQ(count(again), 1);
}

TEST_F(state_test, is_readable_by_its_owner_alone) {
    state db{top_, all_migrations()};
    insert(db, "a");
    for (const char* file : {"state.db", "state.db-wal", "lock"}) {
        const auto mode = std::filesystem::status(top_ / file).permissions();
        EXPECT_EQ(mode & std::filesystem::perms::all,
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << file;
    }
    // Root's folder lets PostgreSQL's own user pass to its instances, and nothing be listed.
    using std::filesystem::perms;
    const perms passing = geteuid() == 0 ? perms::group_exec | perms::others_exec : perms::none;
    EXPECT_EQ(std::filesystem::status(top_).permissions(), perms::owner_all | passing);
}

TEST_F(state_test, keeps_a_second_process_out) {
    const state db{top_, all_migrations()};
    EXPECT_THROW((state{top_, all_migrations()}), state_error);
}

TEST_F(state_test, refuses_a_newer_version) {
    { state{top_, all_migrations()}.run("pragma user_version = 999"); }
    EXPECT_THROW((state{top_, all_migrations()}), state_error);
}

constexpr std::array steps = {migration{0, "create table shelf (id integer primary key) strict;"},
                              migration{0, "alter table shelf add column book text;"}};
constexpr std::array other_steps = {migration{0, "create table lamp (id integer primary key) strict;"}};

TEST_F(state_test, brings_each_service_to_its_own_version_once) {
    const std::array older{service_migrations{"shelves", std::span{steps}.first(1)}};
    { state{top_, older}.run("insert into shelf (id) values (7)"); }
    const std::array newer{service_migrations{"lamps", other_steps}, service_migrations{"shelves", steps}};
    for (int opened = 0; opened < 2; ++opened) {
        state db{top_, newer};
        rows all = db.query("select id from shelf where book is null");
        ASSERT_TRUE(all.next());
        EXPECT_EQ(all.integer(0), 7);
        EXPECT_EQ(db.run("insert into lamp (id) values (?)", opened), 1);
    }
}

TEST_F(state_test, refuses_what_a_newer_program_has_added) {
    const std::array both{service_migrations{"lamps", other_steps}, service_migrations{"shelves", steps}};
    { const state db{top_, both}; }
    const std::array without_a_step{both[0], service_migrations{"shelves", std::span{steps}.first(1)}};
    EXPECT_THROW((state{top_, without_a_step}), state_error);
    EXPECT_THROW((state{top_, std::span{both}.first(1)}), state_error);
    const state db{top_, both};
}

TEST_F(state_test, leaves_a_step_that_fails_undone) {
    constexpr std::array broken{steps[0],
                                migration{0, "insert into shelf (id) values (1); drop table none;"}};
    const std::array failing{service_migrations{"shelves", broken}};
    EXPECT_THROW((state{top_, failing}), state_error);
    const std::array mended{service_migrations{"shelves", steps}};
    state db{top_, mended};
    rows all = db.query("select 1 from shelf");
    EXPECT_FALSE(all.next());
}

TEST_F(state_test, holds_its_references) {
    state db{top_, all_migrations()};
    EXPECT_THROW(db.run("insert into subnet (id, vpc_id, zone, cidr) values ('s', 'none', 'z', 'c')"),
                 state_error);
}

TEST_F(state_test, gives_back_text_as_it_was_bound) {
    state db{top_, all_migrations()};
    const std::string text = "'); drop table vpc; -- \xE2\x82\xAC";
    insert(db, text);
    rows all = db.query("select id from vpc where id = ?", text);
    ASSERT_TRUE(all.next());
    EXPECT_EQ(all.text(0), text);
}

// The child tells of each commit; after its death at any moment, all that it told of is there.
TEST_F(state_test, loses_no_commit_to_kill_9) {
    for (int round = 0; round < 5; ++round) {
        const auto folder = top_ / std::to_string(round);
        int told[2];
        ASSERT_EQ(::pipe(told), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            state db{folder, all_migrations()};
            for (int i = 0;; ++i) {
                transaction one{db};
                insert(db, std::to_string(i));
                one.commit();
                if (::write(told[1], ".", 1) != 1) ::_exit(1);
            }
        }
        ::close(told[1]);
        std::int64_t commits = 0;
        char byte = 0;
        while (commits < 3 + round * 7 && ::read(told[0], &byte, 1) == 1)
            ++commits;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(told[0], &byte, 1) == 1)
            ++commits;
        ::close(told[0]);
        state again{folder, all_migrations()};
        EXPECT_GE(count(again), commits);
        EXPECT_LE(count(again), commits + 1);
    }
}

} // namespace

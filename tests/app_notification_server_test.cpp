#include "support/server.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <string>

namespace cruddur::app {
namespace {

// A session that hears what it does itself.
class feed_notification : public testing::Test {
protected:
    void SetUp() override {
        run("listen cruddur_feed");
        run("insert into users (display_name, handle, cognito_user_id) values ('A', 'a', 'a')");
        run("insert into activities (user_uuid, message) select uuid, 'post' from users");
        ASSERT_TRUE(heard()) << "a new post";
    }
    void run(const std::string& statement) {
        PGresult* const done = PQexec(session_.get(), statement.c_str());
        EXPECT_EQ(PQresultStatus(done), PGRES_COMMAND_OK) << PQresultErrorMessage(done);
        PQclear(done);
    }
    bool heard() {
        bool any = false;
        PQconsumeInput(session_.get());
        while (PGnotify* const note = PQnotifies(session_.get())) {
            any = true;
            PQfreemem(note);
        }
        return any;
    }

    const test::database database_;
    std::unique_ptr<PGconn, decltype(&PQfinish)> session_{PQconnectdb(database_.url().c_str()), &PQfinish};
};

TEST_F(feed_notification, is_not_sent_for_what_only_moves_a_count) {
    run("update activities set likes_count = likes_count + 1");
    run("update activities set reposts_count = reposts_count + 1, replies_count = replies_count + 1");
    run("insert into activity_likes (activity_uuid, user_uuid) select a.uuid, u.uuid from activities a, "
        "users u");
    EXPECT_FALSE(heard());
}

TEST_F(feed_notification, is_sent_for_all_that_changes_the_feed) {
    for (const auto* change :
         {"update activities set message = 'edited'", "update activities set expires_at = now()",
          "update activities set likes_count = 0, expires_at = null", "update users set display_name = 'B'",
          "update users set handle = 'b'",
          "insert into activities (user_uuid, message) select uuid, 'more' from users",
          "delete from activities", "truncate activities cascade"}) {
        run(change);
        EXPECT_TRUE(heard()) << change;
    }
}

TEST_F(feed_notification, is_left_to_a_writer_who_says_so) {
    run("begin");
    run("set local cruddur.notifies = 'later'");
    run("delete from activities");
    run("commit");
    EXPECT_FALSE(heard());
}

} // namespace
} // namespace cruddur::app

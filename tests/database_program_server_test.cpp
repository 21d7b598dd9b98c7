#include "cluster/process.hpp"
#include "support/paths.hpp"
#include "support/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <sstream>
#include <thread>

namespace cruddur::database {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

struct place {
    std::string url;
    std::string prod;
};

cluster::outcome run(const place& where, std::vector<std::string> arguments) {
    cluster::command what;
    what.arguments = {"/usr/bin/env"};
    if (!where.url.empty()) what.arguments.push_back("CONNECTION_URL=" + where.url);
    if (!where.prod.empty()) what.arguments.push_back("PROD_CONNECTION_URL=" + where.prod);
    what.arguments.insert(what.arguments.end(), {test::program_path, "db"});
    what.arguments.insert(what.arguments.end(), arguments.begin(), arguments.end());
    return cluster::run(what, 120s);
}

bool there(const std::string& database) {
    return test::sql(test::shared_server().url("postgres"),
                     "select count(*) from pg_database where datname = '" + database + "'") == "1";
}

TEST(db_program, sets_up_shows_and_drops_a_database) {
    const place where{test::shared_server().url("cruddur"), ""};
    const auto made = run(where, {"setup"});
    EXPECT_EQ(made.exit_status, 0) << made.output;
    EXPECT_THAT(made.output, HasSubstr("== db-setup\n"));
    EXPECT_THAT(made.output, Not(HasSubstr("\033")));
    EXPECT_EQ(run(where, {"create"}).exit_status, 1);
    const auto status = run(where, {"status", "--json"});
    EXPECT_EQ(status.exit_status, 0) << status.output;
    EXPECT_THAT(status.output, HasSubstr("\"environment\":\"development\""));
    EXPECT_THAT(status.output, HasSubstr("\"pending_migrations\":[]"));
    EXPECT_THAT(run(where, {"status"}).output, HasSubstr("public.activities"));
    const auto doctor = run(where, {"doctor"});
    EXPECT_EQ(doctor.exit_status, 0) << doctor.output;
    const auto undone = run(where, {"rollback", "--steps", "3"});
    EXPECT_EQ(undone.exit_status, 0) << undone.output;
    EXPECT_EQ(run(where, {"doctor"}).exit_status, 1);
    const auto done = run(where, {"migrate"});
    EXPECT_EQ(done.exit_status, 0) << done.output;
    EXPECT_EQ(run(where, {"seed"}).exit_status, 0);
    EXPECT_EQ(run(where, {"drop"}).exit_status, 0);
    EXPECT_FALSE(there("cruddur"));
}

TEST(db_program, has_done_nothing_after_a_mistyped_flag) {
    test::database here;
    const place where{here.url(), here.url()};
    for (const std::vector<std::string>& line : {std::vector<std::string>{"drop", "--frce"},
                                                 {"drop", "pord"},
                                                 {"dorp"},
                                                 {"setup", "prod", "--yse", "x"}}) {
        EXPECT_EQ(run(where, line).exit_status, 2);
        EXPECT_TRUE(there(here.name()));
    }
}

TEST(db_program, refuses_production_without_its_url_or_its_name) {
    test::database here{test::database::content::empty};
    const place where{"", here.url()};
    EXPECT_EQ(run({here.url(), ""}, {"status", "prod"}).exit_status, 3);
    EXPECT_EQ(run({"", ""}, {"status"}).exit_status, 2);
    ASSERT_EQ(run(where, {"migrate", "prod"}).exit_status, 0);
    for (const auto* command : {"drop", "setup", "rollback", "kill-sessions", "seed"}) {
        EXPECT_EQ(run(where, {command, "prod"}).exit_status, 3) << command;
        EXPECT_EQ(run(where, {command, "prod", "--yes", "other"}).exit_status, 3) << command;
    }
    EXPECT_EQ(test::sql(here.url(), "select count(*) from users"), "0");
    // Nothing is there to destroy, and people that nobody is would come into it all the same.
    const place nowhere{"", test::shared_server().url("not_made_yet")};
    EXPECT_EQ(run(nowhere, {"setup", "prod"}).exit_status, 3);
    EXPECT_FALSE(there("not_made_yet"));
    ASSERT_EQ(run(where, {"seed", "prod", "--yes", here.name()}).exit_status, 0);
    EXPECT_EQ(test::sql(here.url(), "delete from users returning 1").empty(), false);
    // A mixed-up URL.
    EXPECT_EQ(run({here.url(), ""}, {"drop", "--yes", here.name()}).exit_status, 3);
    EXPECT_EQ(test::sql(here.url(), "select count(*) from users"), "0");
    EXPECT_EQ(run(where, {"drop", "prod", "--yes", here.name()}).exit_status, 0);
    EXPECT_FALSE(there(here.name()));
}

TEST(db_program, tells_who_is_connected_before_it_drops_by_force) {
    test::database here{test::database::content::empty};
    const place where{here.url(), ""};
    const std::jthread sleeper{[&] {
        try {
            test::sql(here.url() + "?application_name=a_sleeper", "select pg_sleep(100)");
        } catch (const std::exception&) { // it is ended
        }
    }};
    ASSERT_TRUE(cluster::wait_until(
        20s, [&] { return run(where, {"sessions"}).output.find("a_sleeper") != std::string::npos; }));
    const auto refused = run(where, {"drop"});
    EXPECT_EQ(refused.exit_status, 3);
    EXPECT_THAT(refused.output, HasSubstr("a_sleeper"));
    EXPECT_THAT(refused.output, HasSubstr("--force"));
    EXPECT_EQ(run(where, {"drop", "--force"}).exit_status, 0);
    EXPECT_FALSE(there(here.name()));
}

TEST(db_program, applies_each_file_once_when_twenty_migrate_at_once) {
    test::database here{test::database::content::empty};
    test::temporary_folder folder;
    for (int i = 1; i <= 5; ++i) {
        std::ofstream{folder.path() / ("000" + std::to_string(i) + "_step.sql")}
            << "-- cruddur: up\ncreate table if not exists log (n int);\ninsert into log values (" << i
            << ");\n-- cruddur: down\ndelete from log where n = " << i << ";\n";
    }
    std::vector<std::future<cluster::outcome>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(std::async(std::launch::async, [&] {
            return run({here.url(), ""}, {"migrate", "--dir", folder.path().string()});
        }));
    }
    for (auto& one : all) {
        const auto ended = one.get();
        EXPECT_EQ(ended.exit_status, 0) << ended.output;
    }
    EXPECT_EQ(test::sql(here.url(), "select string_agg(n::text, ' ' order by n) from log"), "1 2 3 4 5");
}

TEST(db_program, stops_at_the_first_error_with_its_line_and_leaves_nothing) {
    test::database here{test::database::content::empty};
    test::temporary_folder folder;
    std::ofstream{folder.path() / "0001_broken.sql"}
        << "-- cruddur: up\ncreate table t (n int);\nselect 1\n  from nowhere;\n";
    const place where{here.url(), ""};
    const auto failed = run(where, {"migrate", "--dir", folder.path().string()});
    EXPECT_EQ(failed.exit_status, 1);
    EXPECT_THAT(failed.output, HasSubstr("0001_broken.sql:4: "));
    EXPECT_THAT(failed.output, HasSubstr("42P01"));
    EXPECT_EQ(test::sql(here.url(), "select to_regclass('public.t') is null"), "t");
    EXPECT_EQ(test::sql(here.url(), "select count(*) from schema_migrations"), "0");
}

TEST(db_program, writes_nothing_in_a_dry_run) {
    test::database here{test::database::content::empty};
    const auto dry = run({here.url(), ""}, {"migrate", "--dry-run"});
    EXPECT_EQ(dry.exit_status, 0) << dry.output;
    EXPECT_THAT(dry.output, HasSubstr("Would apply 0001_first_schema"));
    EXPECT_EQ(test::sql(here.url(), "select to_regclass('public.schema_migrations') is null"), "t");
}

TEST(db_program, mends_an_index_that_was_cut_off) {
    test::database here;
    test::sql(here.url(), "delete from schema_migrations where version = 4");
    test::sql(here.url(), "insert into schema_migrations (version, name) values (4, 'newest_activities')");
    test::sql(here.url(), "update pg_index set indisvalid = false where indexrelid = "
                          "'public.activities_newest_idx'::regclass");
    const auto mended = run({here.url(), ""}, {"migrate"});
    EXPECT_EQ(mended.exit_status, 0) << mended.output;
    EXPECT_THAT(mended.output, HasSubstr("Dropped the unfinished index public.activities_newest_idx"));
    EXPECT_EQ(test::sql(here.url(), "select indisvalid from pg_index where indexrelid = "
                                    "'public.activities_newest_idx'::regclass"),
              "t");
}

TEST(db_program, hands_psql_the_password_and_no_argument_has_it) {
    test::database here;
    test::sql(here.url(), "create role \"cruddurroot\" login password 'a@b:c/d%e' in role cruddur_app");
    std::string url = here.url();
    const auto user = url.find("//") + 2;
    url.replace(user, url.find('@') - user, "cruddurroot:a%40b%3Ac%2Fd%25e");
    const auto said = run({url, ""}, {"connect", "--", "-Atc", "select 'user ' || current_user", "-c",
                                      R"(\! tr '\0' ' ' < /proc/$PPID/cmdline)"});
    EXPECT_EQ(said.exit_status, 0) << said.output;
    EXPECT_THAT(said.output, HasSubstr("user cruddurroot"));
    EXPECT_THAT(said.output, HasSubstr("psql postgresql://cruddurroot@"));
    EXPECT_THAT(said.output, Not(HasSubstr("a%40b")));
    EXPECT_THAT(said.output, Not(HasSubstr("a@b")));
    EXPECT_EQ(run({url, ""}, {"doctor"}).exit_status, 0);
    test::sql(here.url(), "drop role cruddurroot");
}

TEST(db_program, tells_by_doctor_which_step_fails) {
    const auto port = std::to_string(test::shared_server().port());
    const auto name = run({"postgresql://u@no-such-host.invalid/x", ""}, {"doctor"});
    EXPECT_EQ(name.exit_status, 4);
    EXPECT_THAT(name.output, HasSubstr("failed     name resolution"));
    const auto refused = run({"postgresql://u@127.0.0.1:1/x", ""}, {"doctor"});
    EXPECT_EQ(refused.exit_status, 4);
    EXPECT_THAT(refused.output, HasSubstr("failed     TCP"));
    const auto password = run({"postgresql://postgres:wrong@127.0.0.1:" + port + "/x", ""}, {"doctor"});
    EXPECT_EQ(password.exit_status, 4);
    EXPECT_THAT(password.output, HasSubstr("failed     authentication"));
    const auto database = run({test::shared_server().url("nowhere"), ""}, {"doctor", "--json"});
    EXPECT_EQ(database.exit_status, 4);
    EXPECT_THAT(database.output, HasSubstr("\"mend\":\"cruddur db create\""));
}

TEST(db_program, makes_by_migrations_what_the_schema_file_makes) {
    test::database loaded;
    test::database migrated{test::database::content::empty};
    ASSERT_EQ(run({migrated.url(), ""}, {"migrate"}).exit_status, 0);
    const auto dump = [](const std::string& url) {
        cluster::command what;
        what.arguments = {"/usr/bin/pg_dump", "--schema-only", "--dbname=" + url};
        return cluster::run(what, 60s);
    };
    const auto one = dump(loaded.url());
    const auto other = dump(migrated.url());
    ASSERT_EQ(one.exit_status, 0) << one.output;
    EXPECT_THAT(one.output, HasSubstr("CREATE TABLE public.activities"));
    // The restrict lines of newer pg_dump hold a random word.
    const auto lines = [](const std::string& text) {
        std::vector<std::string> out;
        std::istringstream from{text};
        for (std::string line; std::getline(from, line);)
            if (line.find("restrict") == std::string::npos) out.push_back(line);
        return out;
    };
    EXPECT_EQ(lines(one.output), lines(other.output));
}

} // namespace
} // namespace cruddur::database

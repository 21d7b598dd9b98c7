#include "database/migrate.hpp"
#include "support/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

namespace cruddur::database {
namespace {

constexpr int kills = 100;

class killed_migrate : public testing::Test {
protected:
    killed_migrate() {
        write("0001_log", "-- cruddur: up\ncreate table public.log (n int, part text);\n");
        for (int n = 2; n <= 8; ++n) {
            const auto insert = "insert into public.log values (" + std::to_string(n) + ", ";
            write("000" + std::to_string(n) + "_rows",
                  "-- cruddur: up\n" + insert + "'a');\nselect pg_sleep(0.005);\n" + insert + "'b');\n");
        }
        write("0009_index", "-- cruddur: no transaction\n-- cruddur: up\n"
                            "create index concurrently if not exists log_n on public.log (n);\n");
    }

    void write(const std::string& name, const std::string& text) {
        std::ofstream{folder_.path() / (name + ".sql")} << text;
    }

    // A process that does what `cruddur db migrate --dir` does, without the time that a program takes to
    // load: so that the kills fall into the work.
    [[nodiscard]] pid_t start() const {
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        const auto files = migrations_in(folder_.path());
        const auto done = migrate(*target_for(environment::development, place_.url()), *files, {}, {});
        ::_exit(done.has_value() ? 0 : 1);
    }

    // The wait's status.
    static int wait_for(pid_t pid) {
        int ended = -1;
        EXPECT_EQ(::waitpid(pid, &ended, 0), pid);
        return ended;
    }

    // What is there and ought not to be: rows of half a file, or bookkeeping that says otherwise.
    [[nodiscard]] std::string between() const {
        if (sql("select to_regclass('public.schema_migrations') is null") == "t")
            return sql("select to_regclass('public.log')");
        if (sql("select to_regclass('public.log') is null") == "t")
            return sql("select version from public.schema_migrations");
        return sql("select n from generate_series(2, 8) n where (select count(*) from public.log l where l.n "
                   "= n.n) <> "
                   "case when exists (select from public.schema_migrations m where m.version = n.n and "
                   "m.applied_at is not null) then 2 else 0 end");
    }

    [[nodiscard]] bool complete() const {
        return sql("select to_regclass('public.schema_migrations') is not null") == "t" &&
               sql("select count(*) from public.schema_migrations where applied_at is not null") == "9";
    }

    std::string sql(const std::string& text) const { return place_.query(text); }

    test::temporary_folder folder_;
    test::database place_{test::database::content::empty};
};

TEST_F(killed_migrate, leaves_each_file_before_or_after_and_the_next_run_goes_on) {
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(wait_for(start()), 0);
    const auto whole = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(complete());

    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    std::uniform_int_distribution<std::int64_t> point{0, std::chrono::nanoseconds{whole}.count()};
    int cut_off = 0;
    for (int i = 0; i < kills; ++i) {
        if (complete()) sql("drop table public.log, public.schema_migrations");
        const pid_t pid = start();
        std::this_thread::sleep_for(std::chrono::nanoseconds{point(random)});
        ::kill(pid, SIGKILL);
        if (WIFSIGNALED(wait_for(pid))) ++cut_off;
        ASSERT_EQ(between(), "") << "after kill " << i;
    }
    EXPECT_GT(cut_off, kills / 4);

    ASSERT_EQ(wait_for(start()), 0);
    EXPECT_TRUE(complete());
    EXPECT_EQ(between(), "");
    EXPECT_EQ(sql("select indisvalid from pg_index where indexrelid = 'public.log_n'::regclass"), "t");
    EXPECT_EQ(sql("select count(*) from pg_index where not indisvalid"), "0");
}

} // namespace
} // namespace cruddur::database

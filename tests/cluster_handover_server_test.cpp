#include "cluster/files.hpp"
#include "cluster/handover.hpp"
#include "cluster/process.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cluster {
namespace {

constexpr auto patience = std::chrono::seconds(60);

// A program with a library, both of which have something to say at the end.
constexpr std::string_view library_source = R"(
    #include <stdio.h>
    #include <unistd.h>
    __attribute__((destructor)) static void tidy(void) { write(1, "tidied ", 7); }
    void greet(void) { printf("greeted "); }
)";
constexpr std::string_view program_source = R"(
    #include <stdio.h>
    #include <stdlib.h>
    void greet(void);
    static void last_resort(void) { printf("resorted "); }
    int main(void) {
        atexit(last_resort);
        greet();
        printf("%s ", getenv("LD_PRELOAD") ? "preloads" : "done");
        return 3;
    }
)";

struct handover : testing::Test {
    void SetUp() override {
        write_file(folder.path() / "handover.so", handover_object(), 0644);
        write_file(folder.path() / "library.c", library_source, 0644);
        write_file(folder.path() / "program.c", program_source, 0644);
        compile({"-shared", "-fPIC", "-o", "liblibrary.so", "library.c"});
        compile({"-o", "program", "program.c", "./liblibrary.so"});
    }

    void compile(const std::vector<std::string>& how) const {
        command compiler{
            .arguments = {"/usr/bin/cc"}, .input = {}, .log = {}, .working_folder = folder.path()};
        compiler.arguments.insert(compiler.arguments.end(), how.begin(), how.end());
        const auto done = run(compiler, patience);
        ASSERT_EQ(done.exit_status, 0) << done.output;
    }

    [[nodiscard]] outcome run_with(std::vector<std::string> environment) const {
        return run({.arguments = {(folder.path() / "program").string()},
                    .input = {},
                    .log = {},
                    .environment = std::move(environment),
                    .working_folder = folder.path()},
                   patience);
    }

    test::temporary_folder folder;
};

TEST_F(handover, leaves_out_of_a_programs_end_what_its_libraries_tidy_alone) {
    const auto alone = run_with({});
    EXPECT_EQ(alone.exit_status, 3);
    EXPECT_EQ(alone.output, "tidied greeted done resorted ");
    const auto quick = run_with({"LD_PRELOAD=./handover.so"});
    EXPECT_EQ(quick.exit_status, 3);
    EXPECT_EQ(quick.output, "greeted done resorted ");
}

} // namespace
} // namespace cruddur::cluster

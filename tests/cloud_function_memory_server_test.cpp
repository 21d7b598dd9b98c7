#include "cloud/lambda/function_owners.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace cruddur::cloud::lambda {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t mib = std::size_t{1024} * 1024;

// A guardian and below it a process that becomes `sleep`, or what is a link to it, once it is told to.
class slow_function {
public:
    explicit slow_function(const std::string& program = "/bin/sleep") {
        std::array<int, 2> begins{};
        EXPECT_EQ(::pipe(begins.data()), 0);
        guardian_ = ::fork();
        if (guardian_ == 0) {
            const pid_t function = ::fork();
            if (function == 0) {
                ::close(begins[1]);
                char told = 0;
                if (::read(begins[0], &told, 1) == 1) ::execl(program.c_str(), "sleep", "600", nullptr);
                ::_exit(1);
            }
            ::close(begins[0]);
            ::close(begins[1]);
            ::waitpid(function, nullptr, 0);
            ::_exit(0);
        }
        ::close(begins[0]);
        begins_ = begins[1];
    }
    slow_function(const slow_function&) = delete;
    slow_function& operator=(const slow_function&) = delete;
    ~slow_function() {
        ::close(begins_);
        if (const auto function = child()) ::kill(function, SIGKILL);
        ::kill(guardian_, SIGKILL);
        ::waitpid(guardian_, nullptr, 0);
    }

    void begin() const { EXPECT_EQ(::write(begins_, "!", 1), 1); }
    [[nodiscard]] pid_t guardian() const { return guardian_; }
    [[nodiscard]] pid_t child() const {
        const std::vector<pid_t> family = family_of(guardian_);
        return family.size() > 1 ? family[1] : 0;
    }

private:
    pid_t guardian_ = 0;
    int begins_ = -1;
};

template<class T>
bool comes_true(const T& holds) {
    for (int tries = 0; tries < 3'000; ++tries) {
        if (holds()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

TEST(function_memory, is_not_ours_where_its_program_has_not_begun) {
    std::vector<char> held(200 * mib);
    for (std::size_t at = 0; at < held.size(); at += 4'096)
        held[at] = 1; // more than a function has, and in every copy of this process
    const slow_function slow;
    ASSERT_TRUE(comes_true([&] { return slow.child() != 0; }));
    EXPECT_EQ(memory_held_by(slow.guardian()), 0);
    EXPECT_EQ(memory_peak_mib_of(slow.guardian()), 0);
    slow.begin();
    ASSERT_TRUE(comes_true([&] { return memory_peak_mib_of(slow.guardian()) > 0; }));
    EXPECT_LT(memory_peak_mib_of(slow.guardian()), 64);
    ASSERT_TRUE(comes_true([&] { return memory_held_by(slow.guardian()) > 0; }));
    EXPECT_LT(memory_held_by(slow.guardian()), 64 * mib);
}

TEST(function_memory, is_counted_by_whatever_name_its_program_has) {
    const std::filesystem::path folder =
        std::filesystem::path{::testing::TempDir()} / fmt::format("names-{}", ::getpid());
    std::filesystem::create_directory(folder);
    for (const std::string name : {"two words", "a) S 1 (b", "a\n) S 1", "\n"}) {
        const auto program = folder / name;
        std::filesystem::create_symlink("/bin/sleep", program);
        const slow_function slow{program};
        slow.begin();
        EXPECT_TRUE(comes_true([&] { return memory_held_by(slow.guardian()) > 0; })) << name;
    }
    std::filesystem::remove_all(folder);
}

TEST(function_memory, is_none_of_a_process_that_has_ended) {
    const pid_t ended = ::fork();
    if (ended == 0) ::_exit(0);
    ::waitpid(ended, nullptr, 0);
    EXPECT_EQ(memory_held_by(ended), 0);
    EXPECT_EQ(memory_peak_mib_of(ended), 0);
}

} // namespace
} // namespace cruddur::cloud::lambda

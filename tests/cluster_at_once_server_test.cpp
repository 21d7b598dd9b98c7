// What two threads of one process make at the same time in the same place.
#include "cluster/files.hpp"
#include "cluster/locale.hpp"
#include "cluster/server.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <locale.h> // newlocale
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>

namespace cruddur::cluster {
namespace {

constexpr std::size_t threads = 4;

template<class Work>
void at_once(Work work) {
    std::array<std::jthread, threads> all;
    for (std::size_t i = 0; i < threads; ++i)
        all[i] = std::jthread{[&work, i] { work(i); }};
}

TEST(at_once, no_two_are_given_one_name) {
    constexpr std::size_t names = 1'000;
    std::array<std::set<std::string>, threads> given;
    at_once([&](std::size_t i) {
        while (given[i].size() < names)
            given[i].insert(unshared_name("/of").string());
    });
    std::set<std::string> all;
    for (const auto& mine : given)
        all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), threads * names);
    for (const std::string& name : all)
        EXPECT_TRUE(name.starts_with("/of.")) << name;
}

// In a process of its own, whose environment it may set: 0 where all is well, else what went wrong.
int make_locales(const std::filesystem::path& store) {
    ::setenv("LOCPATH", "/nonexistent", 1); // so that the system has none
    std::array<std::string, threads> said;
    at_once([&](std::size_t i) { said[i] = keep_english_locale(store); });
    for (const std::string& one : said)
        if (!one.empty()) return 1;
    if (!has_english_locale(store)) return 2;
    const std::string made = locale_environment(store).at(0);
    ::setenv("LOCPATH", made.substr(made.find('=') + 1).c_str(), 1);
    const locale_t found = ::newlocale(LC_ALL_MASK, english_locale, nullptr);
    if (found == nullptr) return 3;
    ::freelocale(found);
    const auto entries = std::filesystem::directory_iterator{store};
    return std::distance(begin(entries), end(entries)) == 1 ? 0 : 4;
}

TEST(at_once, one_locale_is_made_for_all) {
    const test::temporary_folder folder;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(make_locales(folder.path() / "locales"));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(at_once, servers_are_made_with_a_cache_that_is_empty_yet) {
    const test::temporary_folder folder;
    const auto params_of = [&](const std::string& name) {
        server_params params;
        params.folder = folder.path() / name;
        params.cache = folder.path() / "cache";
        params.settings = test::fast_settings();
        params.dies_with_us = true;
        return params;
    };
    at_once([&](std::size_t i) {
        auto one = server::start(params_of(std::to_string(i))); // which ends with this thread
        EXPECT_EQ(test::sql(one.url("postgres"), "SELECT 1"), "1");
    });
    auto after = server::start(params_of("after"));
    EXPECT_EQ(test::sql(after.url("postgres"), "SELECT count(*) > 0 FROM pg_class"), "t");
    const auto entries = std::filesystem::directory_iterator{folder.path() / "cache"};
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

} // namespace
} // namespace cruddur::cluster

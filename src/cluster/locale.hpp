#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cruddur::cluster {

// The locale by which RDS's instances sort and compare: that of glibc, of American English in UTF-8.
inline constexpr const char* english_locale = "en_US.UTF-8";
// What every glibc has.
inline constexpr const char* plain_locale = "C.UTF-8";

// Makes sure that PostgreSQL's servers have english_locale: the system's own, or else one that is compiled
// once into `store`, with no need of root, from what Debian's package `locales` brings. Another version of
// glibc gets its own. Returns why there is none, as a sentence for the operator; "" where there is one. Any
// thread of any process may call it.
std::string keep_english_locale(const std::filesystem::path& store);

// Whether keep_english_locale() has nothing left to do there.
[[nodiscard]] bool has_english_locale(const std::filesystem::path& store);

// By what environment a program of PostgreSQL's server finds the locale that was kept there; empty where the
// system has it, and where there is none. An empty store has none.
[[nodiscard]] std::vector<std::string> locale_environment(const std::filesystem::path& store);

// As that, for initdb: it asks the system's `locale -a` which collations there are, which tells of none but
// the system's own.
[[nodiscard]] std::vector<std::string> initdb_environment(const std::filesystem::path& store);

// The locale that a data folder was made with, which is its databases' own but where they name another.
[[nodiscard]] std::string locale_of(const std::filesystem::path& data);

} // namespace cruddur::cluster

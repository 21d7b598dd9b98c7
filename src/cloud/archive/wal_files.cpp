#include "cloud/archive/wal_files.hpp"

#include "cluster/wal_receiver.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace cruddur::cloud::archive {

namespace {

using std::filesystem::path;

constexpr std::size_t segment_characters = 24;
constexpr std::size_t timeline_characters = 8;
constexpr std::string_view partial = ".partial";
constexpr std::string_view run_prefix = "run-";

} // namespace

bool is_partial_segment(const std::string& name) {
    return name.ends_with(partial) && cluster::is_wal_segment(name.substr(0, name.size() - partial.size()));
}

bool is_timeline_history(const std::string& name) {
    return name.ends_with(".history");
}

bool is_before(const std::string& segment, const std::string& other) {
    return segment.compare(timeline_characters, std::string::npos, other, timeline_characters,
                           std::string::npos) < 0;
}

std::vector<std::string> names_in(const path& folder) {
    std::vector<std::string> out;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none))
        out.push_back(entry.path().filename());
    std::ranges::sort(out);
    return out;
}

std::string newest_segment(const path& folder) {
    std::string out;
    for (const std::string& name : names_in(folder)) {
        if (cluster::is_wal_segment(name) || is_partial_segment(name))
            out = std::max(out, name.substr(0, segment_characters));
    }
    return out;
}

std::string run_of(const std::string& position) {
    return position.substr(0, position.find('/'));
}

std::string segment_of(const std::string& position) {
    const auto slash = position.find('/');
    return slash == std::string::npos ? "" : position.substr(slash + 1);
}

std::string newest_run(const path& archive) {
    std::string out;
    for (const std::string& name : names_in(archive)) {
        if (name.starts_with(run_prefix)) out = name;
    }
    return out;
}

std::string next_run(const path& archive) {
    const std::string newest = newest_run(archive);
    const int number = newest.empty() ? 0 : std::stoi(newest.substr(run_prefix.size()));
    return fmt::format("{}{:06}", run_prefix, number + 1);
}

} // namespace cruddur::cloud::archive

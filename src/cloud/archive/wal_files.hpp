#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cruddur::cloud::archive {

// The files of an archive of the write-ahead log, by their names.

// Beside segments (cluster::is_wal_segment), "000000010000000000000003" of a timeline and a place in it.
[[nodiscard]] bool is_partial_segment(const std::string& name); // the one that grows
[[nodiscard]] bool is_timeline_history(const std::string& name);
// Whether the place of the first is before the second's, whatever their timelines.
[[nodiscard]] bool is_before(const std::string& segment, const std::string& other);

// The names in that folder, sorted; none where it is not there.
[[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder);
// The segment that was begun last, without its ending; "" for none.
[[nodiscard]] std::string newest_segment(const std::filesystem::path& folder);

// "run-000002" of a position; the folder's newest run, and the name of the one after it.
[[nodiscard]] std::string run_of(const std::string& position);
[[nodiscard]] std::string segment_of(const std::string& position);
[[nodiscard]] std::string newest_run(const std::filesystem::path& archive); // "" for none
[[nodiscard]] std::string next_run(const std::filesystem::path& archive);

} // namespace cruddur::cloud::archive

#pragma once

#include "cloud/trail/event_store.hpp"
#include "cloud/trail/trail_records.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::trail {

// A text as gzip has it. Throws std::runtime_error.
[[nodiscard]] std::string gzip(std::string_view text);

// Writes a trail's part of the events that are new since its last delivery into its files, as CloudTrail has
// them in S3: `folder`/BUCKET/PREFIX/AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/…json.gz, one a region and
// day, each its owner's alone. What was written before a crash may be written again, as in AWS. Returns
// whether there may be more. Throws state_error; what the file system refuses is kept as the delivery's
// error, and tried again.
bool deliver_files(event_store& from, const kept_trail& of, const std::filesystem::path& folder,
                   std::int64_t now_ms);

} // namespace cruddur::cloud::trail

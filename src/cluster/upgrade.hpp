#pragma once

#include "cluster/server.hpp"

#include <chrono>
#include <filesystem>

namespace cruddur::cluster {

// What lacks on this machine for data of one major version to be made data of a newer one, as a sentence for
// the operator; "" where nothing does.
[[nodiscard]] std::string why_not_upgraded(int from, int to, const std::filesystem::path& engines);

// Has the data folder of `as.folder`, whose server has ended, be of that newer major version: a copy, made by
// that version's pg_upgrade, takes its place at once. The one before stays beside it until settle_upgrade()
// removes it or undo_upgrade() puts it back. It is not an error where the data is of that version already, as
// after a crash. Where this throws (cluster::error, with what pg_upgrade said), the data is as it was.
void upgrade(const server_params& as, int major, std::chrono::milliseconds at_most = std::chrono::hours(2));

// Puts the data of before back, where upgrade() has left it. The new version's server must have ended.
void undo_upgrade(const std::filesystem::path& folder);

// Removes the data of before, once the new version's server has run.
void settle_upgrade(const std::filesystem::path& folder);

} // namespace cruddur::cluster

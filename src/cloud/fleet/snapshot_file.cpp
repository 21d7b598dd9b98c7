#include "cloud/fleet/snapshot_file.hpp"

#include "cloud/archive/sealed_file.hpp"
#include "cloud/archive/wal_archive.hpp"
#include "cloud/ground/vault.hpp"
#include "cluster/backup.hpp"

namespace cruddur::cloud::fleet {

using std::filesystem::path;

void write_snapshot(const cluster::server& of, const path& file, const ground::vault* seal,
                    const path& instance) {
    archive::write_file(file, seal, instance,
                        [&](const archive::byte_sink& write) { cluster::back_up(of, write); });
}

void restore_snapshot(const path& file, const ground::vault* seal, const cluster::server_params& as,
                      const restore_point& to) {
    if (std::filesystem::exists(as.folder / "data")) return;
    const path staged = as.folder / "wal";
    cluster::recovery how;
    if (!to.archive.empty()) {
        archive::stage_wal(to.archive, to.position, seal, staged);
        how = {staged, to.until};
    }
    archive::file_reader in{file, seal};
    cluster::restore([&](std::span<std::byte> into) { return in.read(into); }, as, how);
    std::filesystem::remove_all(staged);
}

} // namespace cruddur::cloud::fleet

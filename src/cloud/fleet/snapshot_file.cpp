#include "cloud/fleet/snapshot_file.hpp"

#include "cloud/fleet/wal_archive.hpp"
#include "cloud/ground/vault.hpp"
#include "cluster/backup.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <boost/algorithm/hex.hpp>
#include <fmt/core.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace cruddur::cloud::fleet {

namespace {

using std::filesystem::path;

[[noreturn]] void fail(const path& file) {
    throw cluster::error{fmt::format("{}: {}", file.string(), std::strerror(errno))};
}

class open_file {
public:
    open_file(const path& name, int flags)
        : name_{name}
        , descriptor_{::open(name.c_str(), flags | O_CLOEXEC, 0600)} {
        if (descriptor_ < 0) fail(name_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() { ::close(descriptor_); }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const auto done = ::write(descriptor_, bytes.data(), bytes.size());
            if (done < 0 && errno != EINTR) fail(name_);
            if (done > 0) bytes = bytes.subspan(static_cast<std::size_t>(done));
        }
    }
    std::size_t read(std::span<std::byte> into) {
        while (true) {
            const auto done = ::read(descriptor_, into.data(), into.size());
            if (done >= 0) return static_cast<std::size_t>(done);
            if (errno != EINTR) fail(name_);
        }
    }
    void sync() {
        if (::fsync(descriptor_) != 0) fail(name_);
    }

private:
    path name_;
    int descriptor_;
};

// The instance's own key, wrapped, which is no secret: made when it is first needed.
std::string key_of(const path& folder, const ground::vault& from) {
    const path file = folder / "snapshot_key";
    const std::string kept = cluster::read_file(file);
    if (!kept.empty()) return boost::algorithm::unhex(kept);
    std::string made = from.new_key();
    cluster::write_file(file, boost::algorithm::hex(made) + "\n", 0600);
    return made;
}

constexpr std::size_t piece_bytes = std::size_t{128} * 1024;

// Writes a file that appears at once and whole.
template<class Write>
void write_whole(const path& file, Write write) {
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
    const path unfinished = file.string() + ".new";
    try {
        open_file out{unfinished, O_WRONLY | O_CREAT | O_TRUNC};
        write(out);
        out.sync();
        cluster::replace_file(unfinished, file);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(unfinished, ignored);
        throw;
    }
}

} // namespace

void write_snapshot(const cluster::server& of, const path& file, const ground::vault* seal,
                    const path& instance) {
    write_whole(file, [&](open_file& out) {
        const auto write = [&](std::span<const std::byte> bytes) { out.write(bytes); };
        if (seal == nullptr) return cluster::back_up(of, write);
        ground::sealer sealed{*seal, key_of(instance, *seal), write};
        cluster::back_up(of, [&](std::span<const std::byte> bytes) { sealed.write(bytes); });
        sealed.finish();
    });
}

void restore_snapshot(const path& file, const ground::vault* seal, const cluster::server_params& as,
                      const restore_point& to) {
    if (std::filesystem::exists(as.folder / "data")) return;
    const path staged = as.folder / "wal";
    cluster::recovery how;
    if (!to.archive.empty()) {
        stage_wal(to.archive, to.position, seal, staged);
        how = {staged, to.until};
    }
    open_file in{file, O_RDONLY};
    const auto read = [&](std::span<std::byte> into) { return in.read(into); };
    if (seal == nullptr) {
        cluster::restore(read, as, how);
    } else {
        ground::opener opened{*seal, read};
        cluster::restore([&](std::span<std::byte> into) { return opened.read(into); }, as, how);
    }
    std::filesystem::remove_all(staged);
}

void seal_file(const path& from, const path& to, const ground::vault& seal, const path& instance) {
    open_file in{from, O_RDONLY};
    write_whole(to, [&](open_file& out) {
        ground::sealer sealed{seal, key_of(instance, seal),
                              [&](std::span<const std::byte> bytes) { out.write(bytes); }};
        std::vector<std::byte> piece(piece_bytes);
        while (const auto got = in.read(piece))
            sealed.write(std::span(piece).first(got));
        sealed.finish();
    });
}

void open_sealed_file(const path& from, const path& to, const ground::vault& seal) {
    open_file in{from, O_RDONLY};
    ground::opener opened{seal, [&](std::span<std::byte> into) { return in.read(into); }};
    open_file out{to, O_WRONLY | O_CREAT | O_TRUNC};
    std::vector<std::byte> piece(piece_bytes);
    while (const auto got = opened.read(piece))
        out.write(std::span(piece).first(got));
}

} // namespace cruddur::cloud::fleet

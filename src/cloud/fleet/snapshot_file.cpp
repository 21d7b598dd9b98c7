#include "cloud/fleet/snapshot_file.hpp"

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

} // namespace

void write_snapshot(const cluster::server& of, const path& file, const ground::vault* seal,
                    const path& instance) {
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
    const path unfinished = file.string() + ".new";
    try {
        open_file out{unfinished, O_WRONLY | O_CREAT | O_TRUNC};
        const auto write = [&](std::span<const std::byte> bytes) { out.write(bytes); };
        if (seal == nullptr) {
            cluster::back_up(of, write);
        } else {
            ground::sealer sealed{*seal, key_of(instance, *seal), write};
            cluster::back_up(of, [&](std::span<const std::byte> bytes) { sealed.write(bytes); });
            sealed.finish();
        }
        out.sync();
        cluster::replace_file(unfinished, file);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(unfinished, ignored);
        throw;
    }
}

void restore_snapshot(const path& file, const ground::vault* seal, const cluster::server_params& as) {
    if (std::filesystem::exists(as.folder / "data")) return;
    open_file in{file, O_RDONLY};
    const auto read = [&](std::span<std::byte> into) { return in.read(into); };
    if (seal == nullptr) return cluster::restore(read, as);
    ground::opener opened{*seal, read};
    cluster::restore([&](std::span<std::byte> into) { return opened.read(into); }, as);
}

} // namespace cruddur::cloud::fleet

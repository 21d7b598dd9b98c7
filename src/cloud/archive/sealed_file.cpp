#include "cloud/archive/sealed_file.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <boost/algorithm/hex.hpp>
#include <fmt/core.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace cruddur::cloud::archive {

namespace {

using std::filesystem::path;

[[noreturn]] void fail(const path& file) {
    throw cluster::error{fmt::format("{}: {}", file.string(), std::strerror(errno))};
}

class descriptor {
public:
    descriptor(const path& name, int flags)
        : name_{name}
        , descriptor_{::open(name.c_str(), flags | O_CLOEXEC, 0600)} {
        if (descriptor_ < 0) fail(name_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { ::close(descriptor_); }

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

template<class Source, class Sink>
void copy(Source read, Sink write) {
    std::vector<std::byte> piece(piece_bytes);
    while (const auto got = read(std::span(piece)))
        write(std::span<const std::byte>(piece).first(got));
}

void write_under(const path& file, const ground::vault* seal, const std::function<std::string()>& key,
                 const std::function<void(const byte_sink&)>& write) {
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
    const path unfinished = file.string() + ".new";
    try {
        descriptor out{unfinished, O_WRONLY | O_CREAT | O_TRUNC};
        const byte_sink plain = [&](std::span<const std::byte> bytes) { out.write(bytes); };
        if (seal == nullptr) {
            write(plain);
        } else {
            ground::sealer sealed{*seal, key(), plain};
            write([&](std::span<const std::byte> bytes) { sealed.write(bytes); });
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

} // namespace

void write_file(const path& file, const ground::vault* seal, const path& instance,
                const std::function<void(const byte_sink&)>& write) {
    write_under(
        file, seal, [&] { return key_of(instance, *seal); }, write);
}

struct file_reader::state {
    descriptor file;
    std::unique_ptr<ground::opener> opened{};
};

file_reader::file_reader(const path& file, const ground::vault* seal)
    : state_{new state{{file, O_RDONLY}}} {
    if (seal == nullptr) return;
    state_->opened = std::make_unique<ground::opener>(
        *seal, [in = &state_->file](std::span<std::byte> into) { return in->read(into); });
}

file_reader::~file_reader() = default;

std::size_t file_reader::read(std::span<std::byte> into) {
    return state_->opened ? state_->opened->read(into) : state_->file.read(into);
}

void reseal_file(const path& from, const ground::vault* opened_by, const path& to,
                 const ground::vault* sealed_by, std::stop_token stopping) {
    file_reader in{from, opened_by};
    write_under(
        to, sealed_by, [&] { return sealed_by->new_key(); },
        [&](const byte_sink& write) {
            copy([&](std::span<std::byte> into) { return in.read(into); },
                 [&](std::span<const std::byte> bytes) {
                     if (stopping.stop_requested())
                         throw cluster::interrupted{"The copy of " + from.string()};
                     write(bytes);
                 });
        });
}

void seal_file(const path& from, const path& to, const ground::vault& seal, const path& instance) {
    descriptor in{from, O_RDONLY};
    write_file(to, &seal, instance, [&](const byte_sink& write) {
        copy([&](std::span<std::byte> into) { return in.read(into); }, write);
    });
}

void open_file(const path& from, const path& to, const ground::vault& seal) {
    file_reader in{from, &seal};
    descriptor out{to, O_WRONLY | O_CREAT | O_TRUNC};
    copy([&](std::span<std::byte> into) { return in.read(into); },
         [&](std::span<const std::byte> bytes) { out.write(bytes); });
}

} // namespace cruddur::cloud::archive

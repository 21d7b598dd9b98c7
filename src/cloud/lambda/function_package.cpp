#include "cloud/lambda/function_package.hpp"

#include <climits>
#include <fmt/format.h>

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace cruddur::cloud::lambda {

namespace {

struct archive_discarder {
    void operator()(zip_t* open) const { zip_discard(open); }
};
using archive = std::unique_ptr<zip_t, archive_discarder>;

struct file_closer {
    void operator()(zip_file_t* open) const { zip_fclose(open); }
};

std::string message_of(zip_error_t& failed) {
    std::string out = zip_error_strerror(&failed);
    zip_error_fini(&failed);
    return out;
}

std::uint32_t mode_of(zip_t* from, zip_uint64_t index) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(from, index, 0, &system, &attributes) != 0) return 0;
    return system == ZIP_OPSYS_UNIX ? attributes >> 16U : 0;
}

bool leads_out(const std::filesystem::path& name) {
    return name.is_absolute() || std::ranges::any_of(name, [](const auto& part) { return part == ".."; });
}

package_too_large too_large(const package_limits& limits) {
    return package_too_large{
        fmt::format("Unzipped size must be smaller than {} bytes", limits.unpacked_bytes_max)};
}

// Every entry, before one of them is written.
void check_entries(zip_t* from, const package_limits& limits) {
    const zip_int64_t count = zip_get_num_entries(from, 0);
    if (count < 0 || static_cast<std::uint64_t>(count) > limits.entries_max)
        throw package_error{fmt::format("the zip has more than {} entries", limits.entries_max)};
    std::uint64_t whole = 0;
    for (zip_int64_t at = 0; at < count; ++at) {
        const auto index = static_cast<zip_uint64_t>(at);
        zip_stat_t about{};
        if (zip_stat_index(from, index, 0, &about) != 0 || about.name == nullptr)
            throw package_error{"the zip's directory cannot be read"};
        const std::string_view name = about.name;
        if (name.empty() || name.find('\\') != std::string_view::npos || leads_out(name))
            throw package_error{fmt::format("the zip's entry '{}' leads out of its folder", name)};
        const std::uint32_t type = mode_of(from, index) & S_IFMT;
        if (type != 0 && type != S_IFREG && type != S_IFDIR && type != S_IFLNK)
            throw package_error{fmt::format("the zip's entry '{}' is neither file, folder nor link", name)};
        if (type == S_IFLNK && (about.size == 0 || about.size >= PATH_MAX))
            throw package_error{fmt::format("the zip's link '{}' leads nowhere", name)};
        if (about.encryption_method != ZIP_EM_NONE)
            throw package_error{fmt::format("the zip's entry '{}' is encrypted", name)};
        if (about.size > limits.unpacked_bytes_max - whole) throw too_large(limits);
        whole += about.size;
    }
}

// Open to the user that the code runs as, whatever our own mask is.
void make_folders(const std::filesystem::path& into, const std::filesystem::path& below) {
    using std::filesystem::perms;
    std::filesystem::path at = into;
    for (const auto& part : below) {
        at /= part;
        std::error_code failed;
        if (std::filesystem::create_directory(at, failed)) {
            std::filesystem::permissions(at,
                                         perms::owner_all | perms::group_read | perms::group_exec |
                                             perms::others_read | perms::others_exec,
                                         failed);
        }
        if (failed || !std::filesystem::is_directory(std::filesystem::symlink_status(at)))
            throw package_error{fmt::format("the zip's folder '{}' cannot be made", below.string())};
    }
}

// What an earlier layer has there is replaced, and never written through. A folder stays, and is in the way.
void make_way_for(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(file, failed)))
        std::filesystem::remove(file, failed);
}

void unpack_file(zip_t* from, zip_uint64_t index, const std::filesystem::path& to, std::uint64_t bytes_left,
                 const package_limits& limits) {
    const std::unique_ptr<zip_file_t, file_closer> packed{zip_fopen_index(from, index, 0)};
    if (!packed) throw package_error{fmt::format("the zip is damaged: {}", zip_strerror(from))};
    make_way_for(to);
    std::ofstream file{to, std::ios::binary | std::ios::trunc};
    std::array<char, 65'536> part{};
    for (;;) {
        const zip_int64_t got = zip_fread(packed.get(), part.data(), part.size());
        if (got < 0)
            throw package_error{fmt::format("the zip's entry {} is damaged", to.filename().string())};
        if (got == 0) break;
        // The directory may have told less than there is.
        if (static_cast<std::uint64_t>(got) > bytes_left) throw too_large(limits);
        bytes_left -= static_cast<std::uint64_t>(got);
        file.write(part.data(), got);
    }
    file.close();
    if (!file) throw package_error{fmt::format("{} cannot be written", to.string())};
    using std::filesystem::perms;
    const bool executable = (mode_of(from, index) & 0111U) != 0;
    const perms readable = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
    const perms runnable = perms::owner_exec | perms::group_exec | perms::others_exec;
    std::filesystem::permissions(to, executable ? readable | runnable : readable);
}

bool is_link(zip_t* from, zip_uint64_t index) {
    return (mode_of(from, index) & S_IFMT) == S_IFLNK;
}

void make_link(zip_t* from, zip_uint64_t index, const std::filesystem::path& to) {
    const std::unique_ptr<zip_file_t, file_closer> packed{zip_fopen_index(from, index, 0)};
    if (!packed) throw package_error{fmt::format("the zip is damaged: {}", zip_strerror(from))};
    std::array<char, PATH_MAX> target{};
    const zip_int64_t got = zip_fread(packed.get(), target.data(), target.size() - 1);
    std::error_code failed;
    make_way_for(to);
    if (got > 0) std::filesystem::create_symlink(target.data(), to, failed);
    if (got <= 0 || failed)
        throw package_error{fmt::format("the zip's link '{}' cannot be made", to.filename().string())};
}

// Once all are there, since one may lead through another.
void check_links(const std::filesystem::path& into, const std::vector<std::filesystem::path>& links) {
    const std::filesystem::path folder = std::filesystem::canonical(into);
    for (const auto& link : links) {
        std::error_code failed;
        const auto target = std::filesystem::read_symlink(link);
        const auto end = std::filesystem::weakly_canonical(link.parent_path() / target, failed);
        if (failed || target.is_absolute() || std::ranges::mismatch(folder, end).in1 != folder.end())
            throw package_error{
                fmt::format("the zip's link '{}' leads out of its folder", link.filename().string())};
    }
}

} // namespace

void unpack(std::string_view zip, const std::filesystem::path& into, const package_limits& limits) {
    if (zip.size() > limits.zip_bytes_max)
        throw package_too_large{
            fmt::format("Zipped size must be smaller than {} bytes", limits.zip_bytes_max)};
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t* const source = zip_source_buffer_create(zip.data(), zip.size(), 0, &why);
    zip_t* const opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &why);
    if (opened == nullptr) {
        zip_source_free(source);
        throw package_error{fmt::format("it is no zip: {}", message_of(why))};
    }
    const archive from{opened};
    check_entries(from.get(), limits);
    std::uint64_t bytes_left = limits.unpacked_bytes_max;
    std::vector<zip_uint64_t> linked; // made last, so that nothing is written by way of one
    const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(from.get(), 0));
    for (zip_uint64_t at = 0; at < count; ++at) {
        const std::string_view name = zip_get_name(from.get(), at, 0);
        if (is_link(from.get(), at)) {
            linked.push_back(at);
            continue;
        }
        const std::filesystem::path inside = name;
        const std::filesystem::path to = into / inside;
        make_folders(into, inside.parent_path());
        if (name.ends_with('/')) continue;
        unpack_file(from.get(), at, to, bytes_left, limits);
        bytes_left -= std::min<std::uint64_t>(bytes_left, std::filesystem::file_size(to));
    }
    std::vector<std::filesystem::path> links;
    for (const zip_uint64_t at : linked) {
        const std::filesystem::path inside = zip_get_name(from.get(), at, 0);
        make_folders(into, inside.parent_path());
        make_link(from.get(), at, links.emplace_back(into / inside));
    }
    check_links(into, links);
}

std::uint64_t unpacked_bytes(const std::filesystem::path& zip) {
    int code = 0;
    const archive from{zip_open(zip.c_str(), ZIP_RDONLY, &code)};
    if (!from) throw package_error{fmt::format("{} cannot be read", zip.string())};
    std::uint64_t out = 0;
    const auto count =
        static_cast<zip_uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(from.get(), 0), 0));
    for (zip_uint64_t at = 0; at < count; ++at) {
        zip_stat_t about{};
        if (zip_stat_index(from.get(), at, 0, &about) == 0) out += about.size;
    }
    return out;
}

} // namespace cruddur::cloud::lambda

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cluster {

// Puts a file or folder, which has been synced, in the place of another, or at a new one, so that after a
// power cut the one or the other is there: it renames, and has the folder written down. Throws
// cluster::error.
void replace_file(const std::filesystem::path& from, const std::filesystem::path& to);

// Removes a file for good, power cuts included. It is not an error when there is none.
void remove_file(const std::filesystem::path& file);

// Writes the whole file or leaves it as it was: a new file beside it, synced, then put in its place. Follows
// no link.
void write_file(const std::filesystem::path& file, std::string_view text, mode_t mode);

// The file's text without its last newline, or "" where there is none to be read.
std::string read_file(const std::filesystem::path& file);

// The last lines of a log, from `offset` on; for an error message.
std::string last_lines(const std::filesystem::path& log, std::uintmax_t offset, std::size_t lines_max);

// A name beside that one which no other thread or process is given: for what is made there and then takes its
// place.
[[nodiscard]] std::filesystem::path unshared_name(const std::filesystem::path& of);

// Copies a folder with all that is in it, sharing its blocks where the file system can (reflinks). `to` must
// not exist.
void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to);

// Makes sure that a folder is there. A new one is its owner's alone, but that root's may be passed through by
// the unprivileged user that PostgreSQL runs as: what it holds is closed. Throws cluster::error.
void make_passable_folder(const std::filesystem::path& folder);

// Has the file system write down a folder with all that is in it, so that it survives the machine's crash.
void sync_folder(const std::filesystem::path& folder);

// 48 characters that nobody can guess, all of them of [0-9a-f].
std::string random_password();

// The kernel's lock on a file, which no crash leaves behind. It holds who has it, for the one who finds it
// taken.
class file_lock {
public:
    // Throws cluster::error, with the holder's process id, when another process has it.
    explicit file_lock(const std::filesystem::path& file);
    file_lock(const file_lock&) = delete;
    file_lock& operator=(const file_lock&) = delete;
    ~file_lock();

private:
    int descriptor_;
};

// Who else has locked a file, or a part of it, to write (fcntl's locks, as SQLite takes them), as
// "sqlite3 (pid 4711)"; nullopt where nobody has, or we may not see it.
std::optional<std::string> lock_holder(const std::filesystem::path& file);

} // namespace cruddur::cluster

#pragma once

#include "cloud/ground/vault.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

namespace cruddur::cloud::archive {

// Takes all bytes given, or throws.
using byte_sink = std::function<void(std::span<const std::byte>)>;

// Writes a file, sealed by the vault where one is given, under the key that is in the instance's folder:
// `write` is called once, with what takes the file's bytes. The file appears at once and whole, or not at
// all. Throws cluster::error, vault_error, and what `write` throws.
void write_file(const std::filesystem::path& file, const ground::vault* seal,
                const std::filesystem::path& instance, const std::function<void(const byte_sink&)>& write);

// Reads such a file from its beginning: as a ground::byte_source.
class file_reader {
public:
    file_reader(const std::filesystem::path& file, const ground::vault* seal);
    file_reader(const file_reader&) = delete;
    file_reader& operator=(const file_reader&) = delete;
    ~file_reader();

    // Throws cluster::error, vault_error.
    std::size_t read(std::span<std::byte> into);

private:
    struct state;
    std::unique_ptr<state> state_;
};

// Makes one such file of another: opened and sealed by the vaults that are given, none for a plain one, and
// under a key of its own. Throws as those do, and cluster::interrupted.
void reseal_file(const std::filesystem::path& from, const ground::vault* opened_by,
                 const std::filesystem::path& to, const ground::vault* sealed_by,
                 std::stop_token stopping = {});

// Copies a file into such a one, and one that is sealed into a plain file.
void seal_file(const std::filesystem::path& from, const std::filesystem::path& to, const ground::vault& seal,
               const std::filesystem::path& instance);
void open_file(const std::filesystem::path& from, const std::filesystem::path& to, const ground::vault& seal);

} // namespace cruddur::cloud::archive

#pragma once

#include "cloud/lambda/function_confinement.hpp"

#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::lambda {

// A package, unpacked.
struct unpacked_code {
    std::string key; // the digest of its zip, or what layer_key() made of several
    std::filesystem::path folder;
    std::uint32_t group = 0; // that may read it, beside us
};
// It stays where it is while somebody holds it.
using held_code = std::shared_ptr<const unpacked_code>;

// The key of several packages unpacked into one folder, in that order: what /opt has for these layers. One of
// psycopg2_stand_in is this machine's own psycopg2.
[[nodiscard]] std::string layer_key(std::span<const std::string> digests);
inline constexpr std::string_view psycopg2_stand_in = "psycopg2";
// Where that is, by this machine's Python, which is asked; "" where it has none.
[[nodiscard]] std::filesystem::path psycopg2_folder();

// The code of all functions: zips, which last, and what they hold, unpacked beside. A package goes when no
// function has it and no process runs it. Its methods may be called from any thread; those that
// are not called quick take as long as unpacking does.
class code_store {
public:
    // `zips`: their folder, made where it is not there; `unpacked`: a folder that functions' users may pass.
    // What nobody holds any more is removed by the workers.
    code_store(std::filesystem::path zips, std::filesystem::path unpacked, confinement in,
               boost::asio::thread_pool& workers);
    code_store(const code_store&) = delete;
    code_store& operator=(const code_store&) = delete;
    ~code_store();

    // Throws refusal (InvalidParameterValueException) for what cannot be a function's code.
    held_code keep(std::string_view zip);
    // What is unpacked already, else nullptr. Quick.
    held_code find(const std::string& key);
    // Throws package_error where there is no such package any more.
    held_code open(const std::string& key);
    // The zip's bytes, and how many come out of it. They throw package_error.
    [[nodiscard]] std::string zip_of(const std::string& sha256) const;
    [[nodiscard]] std::uint64_t unpacked_bytes_of(const std::string& sha256) const;
    // Drops all packages but these, and those that somebody holds, and all zips but these. Quick.
    void retain(const std::set<std::string>& keys, const std::set<std::string>& zips);

private:
    struct removal;
    class turn;

    held_code unpacked(const std::string& key, std::string_view zip);
    void unpack_layers(const std::string& key, const std::filesystem::path& into) const;
    [[nodiscard]] std::filesystem::path zip_path(const std::string& sha256) const;

    const std::filesystem::path zips_;
    const std::filesystem::path unpacked_;
    const confinement confinement_;
    std::shared_ptr<removal> removal_;
    std::mutex unpacking_; // one at a time; the mutex below is never held for long
    std::uint64_t unpacked_count_ = 0;
    std::mutex mutex_;
    std::string in_hand_;                                           // the package that is being unpacked
    std::map<std::string, held_code> current_;                      // of packages that functions have
    std::map<std::string, std::weak_ptr<const unpacked_code>> all_; // and of those that still run
};

} // namespace cruddur::cloud::lambda

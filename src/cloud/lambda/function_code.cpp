#include "cloud/lambda/function_code.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/lambda/function_package.hpp"
#include "cloud/lambda/function_runtime.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

namespace cruddur::cloud::lambda {

namespace {

using std::filesystem::path;

constexpr std::string_view layers_prefix = "layers-"; // a colon would part what PATH lists

using std::filesystem::perms;
constexpr perms open_file = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
constexpr perms open_folder = open_file | perms::owner_exec | perms::group_exec | perms::others_exec;

void remove_folder(const path& folder) {
    std::error_code failed;
    std::filesystem::remove_all(folder, failed);
    if (failed) spdlog::warn("{} cannot be removed: {}", folder.string(), failed.message());
}

// Who may look into a package: we, and those who run it.
void close_to_others(const path& folder, std::uint32_t group) {
    if (group != 0 && ::chown(folder.c_str(), static_cast<uid_t>(-1), group) != 0)
        throw std::system_error{errno, std::generic_category(), "cannot give a function its code"};
    std::filesystem::permissions(folder, perms::owner_all | perms::group_read | perms::group_exec);
}

// Where functions look for what a layer brings.
void copy_psycopg2(const path& into) {
    const path from = psycopg2_folder();
    if (from.empty()) throw package_error{"this machine's python3 has no psycopg2"};
    for (const path& folder : {into / "python", into / "python" / "psycopg2"}) {
        std::filesystem::create_directory(folder);
        std::filesystem::permissions(folder, open_folder);
    }
    for (const auto& file : std::filesystem::directory_iterator{from}) {
        if (!file.is_regular_file()) continue;
        const path copy = into / "python" / "psycopg2" / file.path().filename();
        std::filesystem::copy_file(file.path(), copy, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::permissions(copy, open_file);
    }
}

} // namespace

// Removes folders while the store lives; what is left then goes with the folder around it.
struct code_store::removal {
    explicit removal(boost::asio::thread_pool& on)
        : workers{&on} {}

    std::mutex mutex;
    boost::asio::thread_pool* workers;

    void of(path folder) {
        const std::lock_guard held{mutex};
        if (workers != nullptr)
            boost::asio::post(*workers, [folder = std::move(folder)] { remove_folder(folder); });
    }
    void stop() {
        const std::lock_guard held{mutex};
        workers = nullptr;
    }
};

// One package is unpacked at a time, and is not dropped meanwhile.
class code_store::turn {
public:
    turn(code_store& of, const std::string& sha256)
        : of_{of}
        , alone_{of.unpacking_} {
        const std::lock_guard held{of_.mutex_};
        of_.in_hand_ = sha256;
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        const std::lock_guard held{of_.mutex_};
        of_.in_hand_.clear();
    }

private:
    code_store& of_;
    const std::lock_guard<std::mutex> alone_;
};

code_store::code_store(path zips, path unpacked, confinement in, boost::asio::thread_pool& workers)
    : zips_{std::move(zips)}
    , unpacked_{std::move(unpacked)}
    , confinement_{std::move(in)}
    , removal_{std::make_shared<removal>(workers)} {
    std::filesystem::create_directories(zips_);
}

code_store::~code_store() {
    removal_->stop();
}

path code_store::zip_path(const std::string& sha256) const {
    return zips_ / (sha256 + ".zip");
}

held_code code_store::keep(std::string_view zip) {
    const std::string digest = ground::to_hex(ground::sha256(zip));
    const turn mine{*this, digest};
    const path file = zip_path(digest);
    const bool is_new = !std::filesystem::exists(file);
    try {
        held_code made = unpacked(digest, zip);
        if (is_new) cluster::write_file(file, zip, 0600);
        return made;
    } catch (const package_too_large& wrong) {
        throw ground::refusal{"InvalidParameterValueException", wrong.what()};
    } catch (const package_error& wrong) {
        throw ground::refusal{
            "InvalidParameterValueException",
            fmt::format("Could not unzip uploaded file. Please check your file, then try to upload "
                        "again: {}.",
                        wrong.what())};
    }
}

held_code code_store::find(const std::string& key) {
    const std::lock_guard held{mutex_};
    const auto known = all_.find(key);
    return known == all_.end() ? nullptr : known->second.lock();
}

held_code code_store::open(const std::string& key) {
    const turn mine{*this, key};
    return unpacked(key, key.starts_with(layers_prefix) ? "" : zip_of(key));
}

std::string code_store::zip_of(const std::string& sha256) const {
    std::ifstream file{zip_path(sha256), std::ios::binary};
    std::ostringstream bytes;
    if (!file || !(bytes << file.rdbuf()))
        throw package_error{fmt::format("{} cannot be read", zip_path(sha256).string())};
    return std::move(bytes).str();
}

std::uint64_t code_store::unpacked_bytes_of(const std::string& sha256) const {
    return unpacked_bytes(zip_path(sha256));
}

void code_store::unpack_layers(const std::string& key, const path& into) const {
    std::istringstream digests{key.substr(layers_prefix.size())};
    for (std::string digest; std::getline(digests, digest, ',');) {
        if (digest == psycopg2_stand_in) {
            copy_psycopg2(into);
        } else {
            unpack(zip_of(digest), into);
        }
    }
}

// A folder has a name of its own each time: the one before may be on its way out.
held_code code_store::unpacked(const std::string& key, std::string_view zip) {
    {
        const std::lock_guard held{mutex_};
        if (auto known = all_[key].lock()) return current_[key] = known;
    }
    const path folder = unpacked_ / fmt::format("{}-{}", ++unpacked_count_, key.substr(0, 16));
    auto made = std::make_unique<unpacked_code>(key, folder, free_id(confinement_, {}));
    std::filesystem::create_directory(folder);
    try {
        if (key.starts_with(layers_prefix)) {
            unpack_layers(key, folder);
        } else {
            unpack(zip, folder);
        }
        close_to_others(folder, made->group);
    } catch (...) {
        remove_folder(folder);
        throw;
    }
    const held_code out{made.release(), [by = removal_](const unpacked_code* code) {
                            const std::unique_ptr<const unpacked_code> gone{code};
                            by->of(gone->folder);
                        }};
    const std::lock_guard held{mutex_};
    all_[key] = out;
    return current_[key] = out;
}

void code_store::retain(const std::set<std::string>& keys, const std::set<std::string>& zips) {
    const std::lock_guard held{mutex_};
    std::erase_if(current_, [&](const auto& one) { return !keys.contains(one.first); });
    std::erase_if(all_, [](const auto& one) { return one.second.expired(); });
    std::error_code failed;
    for (const auto& file : std::filesystem::directory_iterator{zips_, failed}) {
        const std::string digest = file.path().stem().string();
        std::error_code gone;
        if (!zips.contains(digest) && !all_.contains(digest) && in_hand_.find(digest) == std::string::npos)
            std::filesystem::remove(file.path(), gone);
    }
}

path psycopg2_folder() {
    using namespace std::chrono_literals;
    const std::string python = python_program();
    if (python.empty()) return {};
    constexpr std::string_view question = "import os, psycopg2; print(os.path.dirname(psycopg2.__file__))";
    const cluster::outcome said =
        cluster::run({.arguments = {python, "-I", "-c", std::string{question}}, .input = {}, .log = {}}, 30s);
    if (said.exit_status != 0) return {};
    return said.output.substr(0, said.output.find('\n'));
}

std::string layer_key(std::span<const std::string> digests) {
    return fmt::format("{}{}", layers_prefix, fmt::join(digests, ","));
}

} // namespace cruddur::cloud::lambda

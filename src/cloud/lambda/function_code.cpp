#include "cloud/lambda/function_code.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/lambda/function_package.hpp"
#include "cluster/files.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

namespace cruddur::cloud::lambda {

namespace {

using std::filesystem::path;

void remove_folder(const path& folder) {
    std::error_code failed;
    std::filesystem::remove_all(folder, failed);
    if (failed) spdlog::warn("{} cannot be removed: {}", folder.string(), failed.message());
}

// Who may look into a package: we, and those who run it.
void close_to_others(const path& folder, std::uint32_t group) {
    using std::filesystem::perms;
    if (group != 0 && ::chown(folder.c_str(), static_cast<uid_t>(-1), group) != 0)
        throw std::system_error{errno, std::generic_category(), "cannot give a function its code"};
    std::filesystem::permissions(folder, perms::owner_all | perms::group_read | perms::group_exec);
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

held_code code_store::find(const std::string& sha256) {
    const std::lock_guard held{mutex_};
    const auto known = all_.find(sha256);
    return known == all_.end() ? nullptr : known->second.lock();
}

held_code code_store::open(const std::string& sha256) {
    const turn mine{*this, sha256};
    return unpacked(sha256, zip_of(sha256));
}

std::string code_store::zip_of(const std::string& sha256) const {
    std::ifstream file{zip_path(sha256), std::ios::binary};
    std::ostringstream bytes;
    if (!file || !(bytes << file.rdbuf()))
        throw package_error{fmt::format("{} cannot be read", zip_path(sha256).string())};
    return std::move(bytes).str();
}

// A folder has a name of its own each time: the one before may be on its way out.
held_code code_store::unpacked(const std::string& sha256, std::string_view zip) {
    {
        const std::lock_guard held{mutex_};
        if (auto known = all_[sha256].lock()) return current_[sha256] = known;
    }
    const path folder = unpacked_ / fmt::format("{}-{}", ++unpacked_count_, sha256.substr(0, 16));
    auto made = std::make_unique<unpacked_code>(sha256, folder, free_id(confinement_, {}));
    std::filesystem::create_directory(folder);
    try {
        unpack(zip, folder);
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
    all_[sha256] = out;
    return current_[sha256] = out;
}

void code_store::retain(const std::set<std::string>& used) {
    const std::lock_guard held{mutex_};
    std::erase_if(current_, [&](const auto& one) { return !used.contains(one.first); });
    std::erase_if(all_, [](const auto& one) { return one.second.expired(); });
    std::error_code failed;
    for (const auto& file : std::filesystem::directory_iterator{zips_, failed}) {
        const std::string digest = file.path().stem().string();
        std::error_code gone;
        if (!used.contains(digest) && !all_.contains(digest) && digest != in_hand_)
            std::filesystem::remove(file.path(), gone);
    }
}

} // namespace cruddur::cloud::lambda

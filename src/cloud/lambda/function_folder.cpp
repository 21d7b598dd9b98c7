#include "cloud/lambda/function_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace cruddur::cloud::lambda {

namespace {

using std::filesystem::path;

constexpr std::string_view prefix = "cruddur-lambda-";
constexpr int tries_max = 100;

// The folder's descriptor, which locks it; -1 where it is not ours, not there, or another one's by now.
int lock(const path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) return -1;
    struct stat held {};
    struct stat there {};
    if (::fstat(descriptor, &held) == 0 && held.st_uid == ::geteuid() &&
        ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::lstat(folder.c_str(), &there) == 0 &&
        held.st_ino == there.st_ino && held.st_dev == there.st_dev)
        return descriptor;
    ::close(descriptor);
    return -1;
}

void remove_abandoned(const path& among) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{among, failed}, end; !failed && at != end;
         at.increment(failed)) {
        if (!at->path().filename().string().starts_with(prefix)) continue;
        const int held = lock(at->path());
        if (held < 0) continue;
        std::error_code ignored;
        std::filesystem::remove_all(at->path(), ignored);
        ::close(held);
    }
}

} // namespace

function_folder::function_folder() {
    const std::filesystem::path among = std::filesystem::temp_directory_path();
    remove_abandoned(among);
    // One that another process took for abandoned, before it was locked, is left to it.
    for (int tries = 0; lock_ < 0; ++tries) {
        std::string made = (among / prefix).string() + "XXXXXX";
        if (tries == tries_max || ::mkdtemp(made.data()) == nullptr)
            throw std::system_error{errno, std::generic_category(), "a folder for functions' code"};
        path_ = made;
        lock_ = lock(path_);
    }
    using std::filesystem::perms;
    std::filesystem::permissions(path_, perms::owner_all | perms::group_exec | perms::others_exec);
}

function_folder::~function_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    ::close(lock_);
}

} // namespace cruddur::cloud::lambda

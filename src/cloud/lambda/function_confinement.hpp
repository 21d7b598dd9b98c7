#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace cruddur::cloud::lambda {

// What keeps functions from each other and from this machine's files, as far as the kernel lets us.
struct confinement {
    bool namespaces = false;     // processes, files and IPC of its own for each
    bool user_namespace = false; // they are made within one of users, as an ordinary user may
    std::uint32_t first_id = 0;  // users and groups of their own begin here; 0 where all are our own user's
    std::uint32_t id_count = 0;
    std::string lack = {}; // why it is no stronger; "" where nothing lacks

    // Where a function finds its code, its layers and its runtime, which lie in that folder.
    [[nodiscard]] std::filesystem::path task_root(const std::filesystem::path& code) const;
    [[nodiscard]] std::filesystem::path layer_root(const std::filesystem::path& layers) const;
    [[nodiscard]] std::filesystem::path runtime_root(const std::filesystem::path& runtime) const;
    // Whether such a user runs nothing but functions.
    [[nodiscard]] bool is_functions(std::uint32_t user) const {
        return user >= first_id && user - first_id < id_count;
    }
    // One line for an operator.
    [[nodiscard]] std::string description() const;
};

// The strongest that works, found by starting a process of each kind in this folder, where `root` is made for
// functions to stand on. Throws std::system_error where not even the weakest does.
[[nodiscard]] confinement find_confinement(const std::filesystem::path& folder);

// An id of the range that nobody of these has.
[[nodiscard]] std::uint32_t free_id(const confinement& in, std::span<const std::uint32_t> taken);

// One step in building what a function sees of the file system.
struct mount_step {
    enum class kind : std::uint8_t {
        folder,
        file,      // an empty one
        link,      // at `at`, to `from`
        bind,      // `from`, with all that is mounted below
        read_only, // `at`, with all below
        scratch,   // memory, of `options`
        processes,
    };
    kind what;
    std::string at; // below the new root
    std::string from = {};
    std::string options = {};
};

struct mount_plan {
    std::string root; // an empty folder on which it is built
    std::vector<mount_step> steps;
};

// What a function finds as /var/task, /opt and /var/runtime; where one is "", its place is empty.
struct function_folders {
    std::filesystem::path code;
    std::filesystem::path layers;
    std::filesystem::path runtime;
};

// The system's programs and libraries, its code, its layers and its runtime, all read-only; a /tmp of its own
// of that size, and the harmless devices. Nothing else of this machine is there, nor what is `hidden`.
[[nodiscard]] mount_plan function_files(const std::filesystem::path& root, const function_folders& folders,
                                        std::uint32_t storage_mib,
                                        std::span<const std::filesystem::path> hidden);

// Builds it and makes it the root of this process, whose mount namespace is its own; nothing else can be
// reached from then on. Returns nullptr, or the step that failed, with errno. Descriptors from 4 up must be
// closed: it takes that one, until exec, for leave_old_root() to clear away what was; where that returns
// false, it is there still, covered. Both are safe between fork and exec.
[[nodiscard]] const char* enter(const mount_plan& plan);
[[nodiscard]] bool leave_old_root();

} // namespace cruddur::cloud::lambda

#include "database/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cruddur::database {
namespace {

error file_refusal(const std::string& file, std::string message, std::string hint) {
    error out;
    out.kind = failure::refused;
    out.file = file;
    out.message = std::move(message);
    out.hint = std::move(hint);
    return out;
}

template<class List>
auto with_version(const List& list, std::int64_t version) {
    return std::ranges::find(list, version, [](const auto& one) { return one.version; });
}

// What was cut off may have been mended in its file since.
result<void> check_applied(const migration& file, const applied_migration& applied) {
    if (!applied.ended || !applied.checksum || *applied.checksum == file.checksum) return {};
    return file_refusal(
        file.file, "it is not what it was when it was applied",
        "Put the file back as it was, and write the change as a new migration. If the database and the "
        "file do agree: UPDATE public.schema_migrations SET checksum = NULL WHERE version = " +
            std::to_string(file.version));
}

} // namespace

result<plan> plan_migrate(std::span<const migration> files, std::span<const applied_migration> applied) {
    plan out;
    for (const auto& one : applied) {
        const auto file = with_version(files, one.version);
        if (file == files.end()) {
            out.unknown.push_back(one);
        } else if (auto checked = check_applied(*file, one); !checked) {
            return checked.error();
        } else if (!one.ended) {
            out.steps.push_back({&*file, true});
        }
    }
    for (const auto& file : files) {
        if (with_version(applied, file.version) == applied.end()) out.steps.push_back({&file, false});
    }
    return out;
}

result<plan> plan_rollback(std::span<const migration> files, std::span<const applied_migration> applied,
                           std::size_t steps) {
    std::vector<applied_migration> newest{applied.begin(), applied.end()};
    std::ranges::sort(newest, std::greater{}, &applied_migration::version);
    newest.resize(std::min(steps, newest.size()));
    plan out;
    for (const auto& one : newest) {
        const auto file = with_version(files, one.version);
        if (file == files.end())
            return file_refusal(
                fmt::format("{:04}_{}.sql", one.version, one.name),
                "the database has it, and there is no such file",
                "Only the file says how to undo it: use the version of this program that has it, or name "
                "its folder: --dir DIR");
        if (auto checked = check_applied(*file, one); !checked) return checked.error();
        if (!file->down)
            return file_refusal(file->file, "it has no down part, so it cannot be undone",
                                "Write the undoing as a new migration.");
        out.steps.push_back({&*file, !one.ended});
    }
    return out;
}

} // namespace cruddur::database

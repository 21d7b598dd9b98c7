#include "cloud/lambda/function_entrypoint.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace cruddur::cloud::lambda {

namespace {

using std::filesystem::path;

constexpr std::size_t first_line_bytes_max = 256; // as much as the kernel reads

std::string first_line_of(const path& file) {
    std::ifstream from{file, std::ios::binary};
    std::string out(first_line_bytes_max, '\0');
    from.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(from.gcount()));
    out.resize(std::min(out.find('\n'), out.size()));
    return out;
}

// The folder below this one that has a `bootstrap`; "" where none has.
std::string folder_with_bootstrap(const path& code) {
    std::error_code failed;
    for (std::filesystem::recursive_directory_iterator at{code, failed}, end; !failed && at != end;
         at.increment(failed)) {
        if (at->path().filename() == "bootstrap" && at->is_regular_file(failed))
            return at->path().parent_path().lexically_relative(code).string();
    }
    return {};
}

std::string advice_for(const path& bootstrap, int error) {
    const std::string line = first_line_of(bootstrap);
    const bool script = line.starts_with("#!");
    if (error == EACCES)
        return "bootstrap, or the interpreter that it names, is not marked executable: chmod 755 bootstrap, "
               "and zip it anew on a system that keeps modes.";
    if (error == ENOENT && script && line.ends_with('\r'))
        return "The first line of bootstrap ends in a carriage return, which becomes a part of the "
               "interpreter's name: save it with line feeds alone.";
    if (error == ENOENT && script)
        return fmt::format("The interpreter that bootstrap names is not here: {}", line.substr(2));
    if (error == ENOENT)
        return "bootstrap is linked against a loader that is not here: build it for this system, or "
               "statically.";
    if (error == ENOEXEC && line.starts_with("\177ELF"))
        return "bootstrap was built for another processor than this machine's.";
    if (error == ENOEXEC)
        return "bootstrap is neither a program nor a script that begins with #! and its interpreter.";
    return {};
}

} // namespace

entrypoint_failure explain_entrypoint(const path& code, int error) {
    const path bootstrap = code / "bootstrap";
    std::error_code gone;
    if (error == ENOENT && !std::filesystem::exists(bootstrap, gone)) {
        const std::string folder = folder_with_bootstrap(code);
        return {"Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
                folder.empty()
                    ? std::string{"The zip has no file named bootstrap."}
                    : fmt::format("The zip has it in the folder {}: it belongs at the zip's top.", folder)};
    }
    return {fmt::format("fork/exec /var/task/bootstrap: {}",
                        boost::algorithm::to_lower_copy(std::string{std::strerror(error)})),
            advice_for(bootstrap, error)};
}

} // namespace cruddur::cloud::lambda

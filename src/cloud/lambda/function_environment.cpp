#include "cloud/lambda/function_environment.hpp"

#include <fmt/format.h>

#include <map>

namespace cruddur::cloud::lambda {

namespace {

using variables = std::map<std::string, std::string>;

// What a function's own variables may replace.
variables defaults_of(const function_settings& of, const std::string& task, const std::string& layers,
                      const std::string& runtime) {
    variables out{{"PATH", fmt::format("/usr/local/bin:/usr/bin:/bin:{}/bin", layers)},
                  {"LD_LIBRARY_PATH", fmt::format("{}:{}:{}/lib:{}/lib", runtime, task, task, layers)},
                  {"LANG", "en_US.UTF-8"},
                  {"TZ", ":UTC"}};
    const runtime_language language = language_of(of.runtime);
    if (language == runtime_language::python) out["PYTHONPATH"] = runtime;
    if (language == runtime_language::node) {
        const std::string major = of.by.version.substr(0, of.by.version.find('.'));
        out["NODE_PATH"] = fmt::format("{0}/nodejs/node{1}/node_modules:{0}/nodejs/node_modules:"
                                       "{2}/node_modules:{2}:{3}",
                                       layers, major, runtime, task);
    }
    return out;
}

void add_own(variables& to, const function_settings& of, const std::string& task, const std::string& runtime,
             std::uint16_t port) {
    const bool is_custom = language_of(of.runtime) == runtime_language::custom;
    for (auto& [name, value] : variables{
             {"AWS_LAMBDA_RUNTIME_API", fmt::format("127.0.0.1:{}", port)},
             {"_HANDLER", of.handler},
             {"LAMBDA_TASK_ROOT", task},
             {"LAMBDA_RUNTIME_DIR", is_custom ? task : runtime},
             {"AWS_LAMBDA_FUNCTION_NAME", of.name},
             {"AWS_LAMBDA_FUNCTION_VERSION", of.version},
             {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(of.memory_mib)},
             {"AWS_LAMBDA_LOG_GROUP_NAME", of.log_group},
             {"AWS_LAMBDA_LOG_STREAM_NAME", of.log_stream},
             {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
             {"AWS_EXECUTION_ENV", "AWS_Lambda_" + of.runtime},
             {"AWS_REGION", of.region},
             {"AWS_DEFAULT_REGION", of.region},
             {"AWS_ACCESS_KEY_ID", of.keys.access_key},
             {"AWS_SECRET_ACCESS_KEY", of.keys.secret},
             {"AWS_SESSION_TOKEN", of.keys.session_token},
         })
        to[name] = value;
}

} // namespace

std::vector<std::string> process_environment(const function_settings& of, const confinement& in,
                                             std::uint16_t port) {
    const std::string task = in.task_root(of.folders.code);
    const std::string layers = in.layer_root(of.folders.layers);
    const std::string runtime = in.runtime_root(of.folders.runtime);
    variables all = defaults_of(of, task, layers, runtime);
    for (const auto& [name, value] : of.environment)
        all[name] = value;
    add_own(all, of, task, runtime, port);
    std::vector<std::string> out;
    out.reserve(all.size());
    for (const auto& [name, value] : all)
        out.push_back(fmt::format("{}={}", name, value));
    return out;
}

} // namespace cruddur::cloud::lambda

#include "cloud/wire/model.hpp"

#include <algorithm>

namespace cruddur::cloud::wire {

namespace {

std::string_view take_step(std::string_view& path) {
    path.remove_prefix(std::min<std::size_t>(path.size(), 1)); // its slash
    const std::string_view step = path.substr(0, path.find('/'));
    path.remove_prefix(step.size());
    return step;
}

// Of a slash at the end AWS's clients have been of two minds.
bool fits(std::string_view uri, std::string_view path) {
    uri = uri.substr(0, uri.find('?'));
    if (uri.ends_with('/')) uri.remove_suffix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    while (!uri.empty() && !path.empty()) {
        const std::string_view wanted = take_step(uri);
        if (wanted.ends_with("+}")) return !path.empty();
        const std::string_view given = take_step(path);
        if (wanted.starts_with('{') ? given.empty() : wanted != given) return false;
    }
    return uri.empty() && path.empty();
}

} // namespace

const model_operation* service_model::find(std::string_view operation) const {
    const auto found = std::ranges::lower_bound(operations, operation, {}, &model_operation::name);
    return found == operations.end() || found->name != operation ? nullptr : &*found;
}

const model_operation* service_model::find(std::string_view method, std::string_view path,
                                           std::string_view query) const {
    const model_operation* best = nullptr;
    const auto labels = [](const model_operation& of) { return std::ranges::count(of.uri, '{'); };
    for (const model_operation& each : operations) {
        if (each.method != method || !fits(each.uri, path)) continue;
        const std::size_t mark = std::min(each.uri.find('?'), each.uri.size() - 1);
        const std::string_view wanted = each.uri.substr(mark + 1); // "find=LayerVersion"
        if (query.find(wanted) == std::string_view::npos) continue;
        if (best == nullptr || labels(each) < labels(*best) ||
            (labels(each) == labels(*best) && !wanted.empty()))
            best = &each;
    }
    return best;
}

bool is_word_of(std::string_view word, std::string_view words) {
    while (!words.empty()) {
        const std::string_view first = words.substr(0, words.find(' '));
        if (first == word) return true;
        words.remove_prefix(std::min(words.size(), first.size() + 1));
    }
    return false;
}

std::span<const service_model* const> all_models() {
    static constexpr std::array all{&cloudtrail_model,     &cognito_idp_model, &ec2_model,
                                    &events_model,         &iam_model,         &kms_model,
                                    &lambda_model,         &logs_model,        &monitoring_model,
                                    &organizations_model,  &pi_model,          &rds_model,
                                    &secretsmanager_model, &sts_model};
    return all;
}

} // namespace cruddur::cloud::wire

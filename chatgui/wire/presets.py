"""Providers people use, one row each. A preset only fills in a form: everything in it can be changed in the account."""

from __future__ import annotations

from dataclasses import dataclass

from chatgui.core.account import Traits

NOTHING_KNOWN = Traits()


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider: `name` as the command line says it, `title` as people do. `key_url` is where keys are made, empty for
    servers without; `words` one sentence a newcomer needs. `model` is a model known to exist, if it is the only sensible first one."""

    name: str
    title: str
    base_url: str
    key_url: str = ""
    key_header: str = "authorization"
    needs_key: bool = True
    model: str = ""
    words: str = ""
    traits: Traits = NOTHING_KNOWN


PRESETS: tuple[Preset, ...] = (
    Preset("privatemind", "PrivateMind", "https://api.privatemind.com/v1", "https://privatemind.com",
           words="The key is written with its colon: id:secret."),
    Preset("mira", "Mira", "https://api.vmira.ai/v1", "https://vmira.ai", model="mira", words="Streams carry no usage: token counts are estimates."),
    Preset("yuhuan", "YuhuanStudio", "https://api.yuhuanstudio.com/v1", "https://yuhuanstudio.com"),
    Preset("kindo", "Kindo", "https://api.kindo.ai/v1", "https://app.kindo.ai", words="Streams carry no usage: token counts are estimates."),
    Preset("tokenhub", "AI-TokenHub", "https://ai-tokenhub.com/v1", "https://ai-tokenhub.com"),
    Preset("openai", "OpenAI", "https://api.openai.com/v1", "https://platform.openai.com/api-keys"),
    Preset("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "https://openrouter.ai/settings/keys"),
    Preset("anthropic", "Anthropic", "https://api.anthropic.com/v1", "https://console.anthropic.com/settings/keys"),
    Preset("google", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "https://aistudio.google.com/apikey"),
    Preset("deepseek", "DeepSeek", "https://api.deepseek.com/v1", "https://platform.deepseek.com/api_keys",
           words="To continue broken answers seamlessly, use the address https://api.deepseek.com/beta."),
    Preset("mistral", "Mistral", "https://api.mistral.ai/v1", "https://console.mistral.ai/api-keys", traits=Traits(max_tokens_field="max_tokens")),
    Preset("xai", "xAI", "https://api.x.ai/v1", "https://console.x.ai"),
    Preset("groq", "Groq", "https://api.groq.com/openai/v1", "https://console.groq.com/keys"),
    Preset("cerebras", "Cerebras", "https://api.cerebras.ai/v1", "https://cloud.cerebras.ai"),
    Preset("together", "Together", "https://api.together.xyz/v1", "https://api.together.ai/settings/api-keys"),
    Preset("fireworks", "Fireworks", "https://api.fireworks.ai/inference/v1", "https://fireworks.ai/account/api-keys"),
    Preset("perplexity", "Perplexity", "https://api.perplexity.ai", "https://www.perplexity.ai/settings/api", model="sonar",
           words="No list of models may be offered here: type the model’s name."),
    Preset("moonshot", "Moonshot (Kimi)", "https://api.moonshot.ai/v1", "https://platform.moonshot.ai/console/api-keys"),
    Preset("zai", "Z.ai (GLM)", "https://api.z.ai/api/paas/v4", "https://z.ai/manage-apikey/apikey-list"),
    Preset("dashscope", "Alibaba Model Studio (Qwen)", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
           "https://modelstudio.console.alibabacloud.com"),
    Preset("siliconflow", "SiliconFlow", "https://api.siliconflow.com/v1", "https://cloud.siliconflow.com/account/ak"),
    Preset("minimax", "MiniMax", "https://api.minimax.io/v1", "https://platform.minimax.io"),
    Preset("nebius", "Nebius", "https://api.studio.nebius.com/v1", "https://studio.nebius.com"),
    Preset("novita", "Novita", "https://api.novita.ai/v3/openai", "https://novita.ai/settings/key-management"),
    Preset("sambanova", "SambaNova", "https://api.sambanova.ai/v1", "https://cloud.sambanova.ai/apis"),
    Preset("nvidia", "NVIDIA NIM", "https://integrate.api.nvidia.com/v1", "https://build.nvidia.com"),
    Preset("huggingface", "Hugging Face", "https://router.huggingface.co/v1", "https://huggingface.co/settings/tokens"),
    Preset("github", "GitHub Models", "https://models.github.ai/inference", "https://github.com/settings/tokens"),
    Preset("cohere", "Cohere", "https://api.cohere.ai/compatibility/v1", "https://dashboard.cohere.com/api-keys"),
    Preset("azure", "Azure OpenAI", "https://YOUR-RESOURCE.openai.azure.com/openai/v1", "https://portal.azure.com", key_header="api-key",
           words="Put the name of your resource into the address; the model is the name of your deployment."),
    Preset("ollama", "Ollama", "http://127.0.0.1:11434/v1", needs_key=False, words="On this computer; no key needed."),
    Preset("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", needs_key=False, words="On this computer; start its server first."),
    Preset("llamacpp", "llama.cpp server", "http://127.0.0.1:8080/v1", needs_key=False, words="On this computer; no key unless you set one."),
    Preset("vllm", "vLLM", "http://127.0.0.1:8000/v1", needs_key=False, words="No key unless you set one."),
    Preset("litellm", "LiteLLM proxy", "http://127.0.0.1:4000/v1"),
)  # fmt: skip
BY_NAME = {preset.name: preset for preset in PRESETS}


def preset(name: str) -> Preset | None:
    """The preset of this name, however it is capitalised."""
    return BY_NAME.get(name.strip().lower())


def traits_of(provider: str) -> Traits:
    """What is known of a provider's accounts before they are used."""
    known = preset(provider)
    return known.traits if known else NOTHING_KNOWN

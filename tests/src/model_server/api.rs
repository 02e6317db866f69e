//! The APIs that the server speaks, by their addresses.

/// The key that every API but the compatible one demands.
pub const KEY: &str = "sk-test-0123456789abcdef";

/// One API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Api {
    /// OpenAI's Chat Completions.
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Messages,
    /// Gemini's generateContent.
    Gemini,
    /// Chat Completions as local servers have it: no key, `max_tokens` alone.
    Compatible,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Chat, Self::Responses, Self::Messages, Self::Gemini, Self::Compatible];

    /// The variable for the base URL and its path.
    pub fn base(self) -> (&'static str, &'static str) {
        match self {
            Self::Chat | Self::Responses => ("OPENAI_BASE_URL", "/v1"),
            Self::Messages => ("ANTHROPIC_BASE_URL", ""),
            Self::Gemini => ("GOOGLE_GEMINI_BASE_URL", ""),
            Self::Compatible => ("OPENAI_COMPATIBLE_BASE_URL", "/compatible/v1"),
        }
    }

    /// The variable for the key.
    pub fn key_variable(self) -> Option<&'static str> {
        match self {
            Self::Chat | Self::Responses => Some("OPENAI_API_KEY"),
            Self::Messages => Some("ANTHROPIC_API_KEY"),
            Self::Gemini => Some("GEMINI_API_KEY"),
            Self::Compatible => None,
        }
    }

    /// A model's name that leads weco to this API.
    pub fn model(self) -> &'static str {
        match self {
            Self::Chat => "gpt-5.2",
            Self::Responses => "gpt-5-pro",
            Self::Messages => "claude-opus-4-5",
            Self::Gemini => "gemini-3-flash-preview",
            Self::Compatible => "local/qwen3:8b",
        }
    }

    /// The API of a request's path, with the model if the path names it.
    pub(super) fn of_path(path: &str) -> Option<(Self, Option<String>)> {
        match path {
            "/v1/chat/completions" => return Some((Self::Chat, None)),
            "/v1/responses" => return Some((Self::Responses, None)),
            "/v1/messages" => return Some((Self::Messages, None)),
            "/compatible/v1/chat/completions" => return Some((Self::Compatible, None)),
            _ => {}
        }
        let call = path.strip_prefix("/v1beta/models/").or_else(|| path.strip_prefix("/v1/models/"))?;
        let (model, method) = call.split_once(':')?;
        let known = matches!(method, "generateContent" | "streamGenerateContent");
        known.then(|| (Self::Gemini, Some(model.to_owned())))
    }
}

using System.Text.Json;
using SecureConversation.Configuration;

namespace SecureConversation.Gateway.Settings;

/// <summary>
/// The files that the settings come from. One that is no JSON leaves the configuration without what it said before, and a reload fails
/// without a word; whoever reads the settings asks here first.
/// </summary>
internal sealed class SettingsFiles
{
    private static readonly JsonDocumentOptions AsRead = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly List<FileConfigurationSource> _files;

    public SettingsFiles(IConfigurationBuilder builder)
    {
        _files = [.. builder.Sources.OfType<FileConfigurationSource>()];
        foreach (var file in _files)
        {
            file.OnLoadException = _ => Unreadable?.Invoke();
        }
    }

    /// <summary>A file changed and cannot be read.</summary>
    public event Action? Unreadable;

    /// <exception cref="SettingsException">A file cannot be read, or is no JSON.</exception>
    public void RequireReadable()
    {
        foreach (var file in _files)
        {
            var info = file.FileProvider?.GetFileInfo(file.Path!);
            if (info is not { Exists: true })
            {
                if (!file.Optional)
                {
                    throw new SettingsException([$"{info?.PhysicalPath ?? file.Path}: found nothing, expected the settings."]);
                }

                continue;
            }

            try
            {
                using var stream = info.CreateReadStream();
                using var document = JsonDocument.Parse(stream, AsRead);
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                throw new SettingsException([$"{info.PhysicalPath ?? file.Path}: {e.Message}"]);
            }
        }
    }
}

using SecureConversation.Configuration;

namespace SecureConversation.Gateway;

/// <summary>The command secureconversation-gateway.</summary>
internal static class Program
{
    private const int WrongSettings = 2;

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["--schema"])
        {
            await Console.Out.WriteAsync(Settings.GatewaySchema.Text).ConfigureAwait(false);
            return 0;
        }

        try
        {
            var app = GatewayApplication.Create(new WebApplicationOptions { Args = arguments });
            await using (app.ConfigureAwait(false))
            {
                await app.RunAsync().ConfigureAwait(false);
            }

            return 0;
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync("The gateway does not start, because its settings cannot be used:").ConfigureAwait(false);
            foreach (var problem in e.Problems)
            {
                await Console.Error.WriteLineAsync($"  {Plain(problem)}").ConfigureAwait(false);
            }

            return WrongSettings;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            // Of a file that is no JSON, the message names the file and the cause says where.
            await Console.Error.WriteLineAsync($"The gateway does not start: {Plain(e.Message)} {Plain(e.InnerException?.Message ?? "")}")
                .ConfigureAwait(false);
            return WrongSettings;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"The gateway does not start: {Plain(e.Message)}").ConfigureAwait(false);
            return WrongSettings;
        }
    }

    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

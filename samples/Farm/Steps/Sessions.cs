using System.Net.Http.Headers;

namespace Farm.Steps;

/// <summary>A session belongs to the service, not to the process that opened it.</summary>
internal static class Sessions
{
    public static async Task ShowAsync(Farm farm, Report report)
    {
        using var transport = new RoundRobin(farm.One.Address);
        await using var client = Clients.Create(transport);
        var opened = await client.PlaceAsync(1);
        transport.Processes = [farm.Other.Address];
        var used = await client.PlaceAsync(2);
        var message = transport.LastRequest;
        report.Claim("A session that was opened at one process is used at the other",
            $"{opened.Session} at {opened.By}, {used.Session} at {used.By}", opened.Session == used.Session && opened.By != used.By);

        var replayed = await PostAsync(farm.One, message);
        report.Claim("A message that one process has accepted is refused by the other",
            $"{farm.One.Name} answers {replayed}", replayed == "InvalidSecurity");

        transport.Processes = [farm.Other.Address];
        await client.CloseAsync();
        var late = await PostAsync(farm.One, message);
        report.Claim("A session that was cancelled at one process has ended at the other, at once",
            $"cancelled at {farm.Other.Name}, {farm.One.Name} answers {late}", late == "BadContextToken");
    }

    /// <summary>Sends octets as an attacker would; the code of the fault that comes back.</summary>
    private static async Task<string> PostAsync(ServiceProcess process, byte[] octets)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(octets);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
        using var response = await http.PostAsync(new Uri(process.Address, OrderService.Address.AbsolutePath), content);
        var text = await response.Content.ReadAsStringAsync();
        string[] codes = ["BadContextToken", "InvalidSecurity", "ServerTooBusy"];
        return Array.Find(codes, code => text.Contains(code, StringComparison.Ordinal)) ?? $"HTTP {(int)response.StatusCode}";
    }
}

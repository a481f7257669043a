using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Testing.Processes;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>The client of samples/MigratedSolution against a service without CoreWCF that has the same Web.config; and its steps.</summary>
public sealed class MigratedSolutionTests
{
    private static readonly XNamespace Shop = "urn:shop";
    private static readonly MigratedSolution Solution = new(typeof(MigratedSolutionTests).Assembly);

    [Fact]
    public async Task Client_TalksToAnAspNetCoreServiceOfTheSameFile()
    {
        Assert.SkipUnless(HomeDirectory.IsOffered, MigratedSolution.OnlyWithStoresInFiles);
        using var home = ShopCertificates.CreateHome();
        await using var service = await StartServiceAsync();
        using var files = new MigratedClient(Solution.Program("OrderClient"), new Uri(service.Urls.First()));
        await using var client = DotnetProcess.Start(files.Program, files.Directory, home);
        Assert.True(await client.WaitForExitAsync() == 0, client.Everything);
        Assert.Equal(MigratedClient.Answers("branch.shop.example", "ada"), client.Output);
        await service.StopAsync();
    }

    /// <summary>What differs between before and after is what the document says, line by line.</summary>
    [Fact]
    public void Steps_AreThoseOfTheDocument()
    {
        var differences = Files(Solution.Before).Union(Files(Solution.After)).Order(StringComparer.Ordinal)
            .Select(file => (File: file, Changes: Changes(file))).Where(difference => difference.Changes != (0, 0)).ToList();
        (string, (int, int))[] expected =
        [
            ("OrderClient/Connected Services/Orders/Reference.cs", (1, 1)),
            ("OrderClient/Program.cs", (0, 2)),
            ("OrderService/IOrderService.cs", (1, 1)),
            ("OrderService/OrderService.svc.cs", (1, 1)),
            ("OrderService/Program.cs", (0, 7)),
            ("OrderService/ShopUsers.cs", (2, 2)),
            ("OrderService/Web.config", (1, 1)),
        ];
        Assert.Equal(expected, differences);
        var document = File.ReadAllText(Solution.Document);
        Assert.Equal(7, System.Text.RegularExpressions.Regex.Count(document, @"(?m)^\d\. "));
        Assert.Contains("seven steps", document, StringComparison.Ordinal);
    }

    private static HashSet<string> Files(string root) =>
        [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            // Project files are replaced as a whole; the others belong to this repository.
            .Where(file => Path.GetExtension(file) is not (".csproj" or ".props" or ".json"))];

    private static (int Removed, int Added) Changes(string file)
    {
        var (before, after) = (Lines(Solution.Before, file), Lines(Solution.After, file));
        return (before.Except(after).Count(), Math.Max(after.Count - before.Count, 0) + before.Except(after).Count());
    }

    private static List<string> Lines(string root, string file) =>
        Path.Combine(root, file) is var path && File.Exists(path) ? [.. File.ReadAllLines(path)] : [];

    private static async Task<WebApplication> StartServiceAsync()
    {
        var configuration = Load();
        var endpoints = configuration.Services.Single().Endpoints;
        var credentials = configuration.Services.Single().Behavior.ToServiceCredentials();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        foreach (var endpoint in endpoints)
        {
            var binding = endpoint.Binding!.CreateMessageSecurityBinding();
            builder.Services.AddSecureConversation(endpoint.Address, options =>
            {
                options.Binding = binding.Element;
                options.MessageVersion = binding.MessageVersion;
                options.Credentials = credentials;
            });
        }

        var app = builder.Build();
        var orders = new Dictionary<string, int>();
        foreach (var endpoint in endpoints)
        {
            app.MapSecureConversation("/OrderService.svc/" + endpoint.Address, context => Task.FromResult(Answer(context, orders)), endpoint.Address);
        }

        await app.StartAsync();
        return app;
    }

    /// <summary>The Web.config of the sample, with certificates in files, as in a container.</summary>
    private static ServiceModelConfiguration Load()
    {
        var directory = Directory.CreateTempSubdirectory("service");
        try
        {
            File.WriteAllBytes(Path.Combine(directory.FullName, "orders.pfx"), ShopCertificates.Service.Export(X509ContentType.Pkcs12));
            File.WriteAllText(Path.Combine(directory.FullName, "authority.pem"), TestCertificates.Authority.ExportCertificatePem());
            var text = File.ReadAllText(Path.Combine(Solution.Service, "Web.config"))
                .Replace("<serviceCertificate storeLocation=\"CurrentUser\" storeName=\"My\" x509FindType=\"FindBySubjectName\" findValue=\"orders.shop.example\"", "<serviceCertificate fileName=\"orders.pfx\"", StringComparison.Ordinal)
                .Replace("revocationMode=\"NoCheck\"", "revocationMode=\"NoCheck\" trustedRootsFileName=\"authority.pem\"", StringComparison.Ordinal);
            var path = Path.Combine(directory.FullName, "Web.config");
            File.WriteAllText(path, text);
            var configuration = ServiceModelConfiguration.Load(path, new()
            {
                CreateInstance = type => type.StartsWith("Shop.ShopUsers", StringComparison.Ordinal)
                    ? UserNamePasswordValidator.Create((name, password) => (name, password) == ("ada", "lovelace"))
                    : null,
            });
            configuration.EnsureUsable();
            // Files are read now.
            _ = configuration.Services.Single().Behavior.ToServiceCredentials();
            return configuration;
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Delete(recursive: true);
        }
    }

    private static SoapReply Answer(SecureConversationContext context, Dictionary<string, int> orders)
    {
        using var reader = context.CreateBodyReader();
        var body = (XElement)XNode.ReadFrom(reader);
        var user = context.User.Identity!.Name!;
        switch (body.Name.LocalName)
        {
            case "Place":
                var order = body.Element(Shop + "order")!;
                var quantity = (int)order.Element(Shop + "Quantity")!;
                if (quantity > 10)
                {
                    throw new SoapFaultException("There are not that many.")
                    {
                        Action = "urn:shop/IOrderService/PlaceOutOfStockFault",
                        WriteDetail = writer => new XElement(Shop + "OutOfStock", new XElement(Shop + "Left", 10)).WriteTo(writer),
                    };
                }

                lock (orders)
                {
                    orders[user] = orders.GetValueOrDefault(user) + 1;
                }

                return Result("Place", $"{quantity} x {(string?)order.Element(Shop + "Item")}");
            case "CountMyOrders":
                return Result("CountMyOrders", orders[user]);
            case "WhoAmI":
                return Result("WhoAmI", user);
            default:
                throw new SoapFaultException($"No operation {body.Name}.");
        }
    }

    private static SoapReply Result(string operation, object value) => SoapReply.FromBody($"urn:shop/IOrderService/{operation}Response",
        writer => new XElement(Shop + (operation + "Response"), new XElement(Shop + (operation + "Result"), value)).WriteTo(writer));
}

using System.Reflection;
using Microsoft.Extensions.Logging;

namespace SecureConversation.Documentation.Tests;

/// <summary>Operators filter by the ids of events: in one package no two events have the same.</summary>
public sealed class EventIdTests
{
    [Theory]
    [InlineData("SecureConversation")]
    [InlineData("SecureConversation.AspNetCore")]
    [InlineData("SecureConversation.Http")]
    [InlineData("SecureConversation.Redis")]
    [InlineData("SecureConversation.ServiceModel")]
    public void Ids_AreUniqueInAPackage(string package)
    {
        var events = Assembly.Load(package).GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null)
            .GroupBy(method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId).ToList();
        Assert.NotEmpty(events);
        Assert.All(events, sameId => Assert.Single(sameId));
    }
}
